//! What a device says that it draws with.

use woolgather_protocol::work::{DeviceKind, LeaseRequest};

use super::DriverClass;

/// What a device said last that it draws with; `C` names classes as the caller keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawing<C> {
    /// The class of its processor.
    pub processor: C,
    /// That of its card, if it ever named one.
    pub card: Option<C>,
    /// With which of them it is fastest.
    pub fastest: DeviceKind,
}

impl<C: Copy> Drawing<C> {
    /// A device that said nothing yet draws with its processor.
    #[must_use]
    pub fn with(processor: C) -> Self {
        Self {
            processor,
            card: None,
            fastest: DeviceKind::Cpu,
        }
    }

    /// The class when it draws with this kind.
    #[must_use]
    pub fn class_of(&self, kind: DeviceKind) -> C {
        match (kind, self.card) {
            (DeviceKind::Gpu, Some(card)) => card,
            _ => self.processor,
        }
    }

    /// The class it is fastest with.
    #[must_use]
    pub fn fastest_class(&self) -> C {
        self.class_of(self.fastest)
    }

    /// After a request in which it says what it draws with. What it does not name stays.
    ///
    /// # Errors
    ///
    /// Those of `class`, which finds a class' name.
    pub fn after<E>(
        mut self,
        request: &LeaseRequest,
        mut class: impl FnMut(&DriverClass) -> Result<C, E>,
    ) -> Result<Self, E> {
        let mut fastest = f64::NEG_INFINITY;
        for drawn in &request.devices {
            let named = class(&DriverClass::of(drawn.kind, &drawn.name))?;
            match drawn.kind {
                DeviceKind::Cpu => self.processor = named,
                DeviceKind::Gpu => self.card = Some(named),
            }
            if drawn.samples_per_second > fastest {
                fastest = drawn.samples_per_second;
                self.fastest = drawn.kind;
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;
    use woolgather_protocol::work::DrawingDevice;

    fn drawn(kind: DeviceKind, samples_per_second: f64) -> DrawingDevice {
        DrawingDevice {
            kind,
            name: "Card".into(),
            samples_per_second,
        }
    }

    #[test]
    fn the_fastest_decides_and_what_is_not_named_stays() {
        let request = |devices| LeaseRequest {
            seconds_wanted: 1,
            samples_per_second: 1.0,
            units_max: 1,
            devices,
        };
        let number = |class: &DriverClass| Ok::<_, Infallible>(if class.is_card() { 7 } else { 1 });
        let first = Drawing::with(1);
        assert_eq!(first.class_of(DeviceKind::Gpu), 1, "it named no card");
        let both = request(vec![
            drawn(DeviceKind::Gpu, 9.0),
            drawn(DeviceKind::Cpu, 2.0),
        ]);
        let both = first.after(&both, number).unwrap();
        assert_eq!((both.card, both.fastest_class()), (Some(7), 7));
        let silent = both.after(&request(Vec::new()), number).unwrap();
        assert_eq!(silent, both);
        let slow = request(vec![drawn(DeviceKind::Cpu, 2.0)]);
        let slow = both.after(&slow, number).unwrap();
        assert_eq!((slow.card, slow.fastest_class()), (Some(7), 1));
    }
}
