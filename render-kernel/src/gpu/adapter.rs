//! Which of the machine's adapters draws.
//!
//! Discrete cards come before integrated ones. A software adapter is the processor in disguise, several times slower than
//! our own backend for it: it is taken only where the caller allows it (for showing and testing) or names it.

use std::fmt;

use super::GpuError;
use super::device::GpuDevice;

/// What an adapter must have: WebGPU's default limits, so that browsers run the same shaders.
const NEEDED: wgpu::Limits = wgpu::Limits::defaults();

/// What the caller wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdapterChoice {
    /// Part of the adapter's name in any case, or its number in [`list`]; any adapter otherwise.
    pub name: Option<String>,
    /// Whether a software adapter will do where no other is there.
    pub software: bool,
    /// The most bytes that a render may hold on the device.
    pub memory_bytes_max: Option<u64>,
}

/// Kinds of adapters, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdapterKind {
    /// A card with its own memory.
    Discrete,
    /// Part of the processor's chip.
    Integrated,
    /// A card seen through a virtual machine.
    Virtual,
    /// The driver does not say.
    Other,
    /// The processor itself.
    Software,
}

/// What is known about an adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterSummary {
    /// As its driver calls it.
    pub name: String,
    /// The interface it is reached through, such as Vulkan.
    pub backend: String,
    /// What it is.
    pub kind: AdapterKind,
    /// The driver's name.
    pub driver: String,
    /// The driver's version.
    pub driver_info: String,
    /// Why it cannot be used, where it cannot.
    pub fault: Option<String>,
}

impl From<wgpu::AdapterInfo> for AdapterSummary {
    fn from(info: wgpu::AdapterInfo) -> Self {
        let kind = match info.device_type {
            wgpu::DeviceType::DiscreteGpu => AdapterKind::Discrete,
            wgpu::DeviceType::IntegratedGpu => AdapterKind::Integrated,
            wgpu::DeviceType::VirtualGpu => AdapterKind::Virtual,
            wgpu::DeviceType::Other => AdapterKind::Other,
            wgpu::DeviceType::Cpu => AdapterKind::Software,
        };
        Self {
            name: info.name,
            backend: format!("{:?}", info.backend),
            kind,
            driver: info.driver,
            driver_info: info.driver_info,
            fault: None,
        }
    }
}

impl AdapterSummary {
    /// Whether the processor does the drawing.
    #[must_use]
    pub fn is_software(&self) -> bool {
        self.kind == AdapterKind::Software
    }
}

impl fmt::Display for AdapterSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.name, self.backend)?;
        for part in [&self.driver, &self.driver_info] {
            if !part.is_empty() {
                write!(f, ", {part}")?;
            }
        }
        f.write_str(")")
    }
}

impl fmt::Display for AdapterKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Discrete => "discrete",
            Self::Integrated => "integrated",
            Self::Virtual => "virtual",
            Self::Other => "unknown",
            Self::Software => "software",
        })
    }
}

/// The machine's adapters, in the order in which their numbers count.
#[must_use]
pub fn list() -> Vec<AdapterSummary> {
    adapters().iter().map(summary).collect()
}

/// What the machine has; OpenGL, which shows the same cards once more and talks to the display server for it, is asked only
/// where nothing else shows any.
fn adapters() -> Vec<wgpu::Adapter> {
    let through = |backends: wgpu::Backends| {
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle_from_env();
        descriptor.backends &= backends;
        let instance = wgpu::Instance::new(descriptor);
        pollster::block_on(instance.enumerate_adapters(backends))
    };
    let found = through(wgpu::Backends::PRIMARY);
    if found.is_empty() {
        through(wgpu::Backends::GL)
    } else {
        found
    }
}

fn summary(adapter: &wgpu::Adapter) -> AdapterSummary {
    AdapterSummary {
        fault: fault(&adapter.limits()),
        ..AdapterSummary::from(adapter.get_info())
    }
}

/// What `limits` lack, in words.
fn fault(limits: &wgpu::Limits) -> Option<String> {
    let mut lacks = Vec::new();
    NEEDED.check_limits_with_fail_fn(limits, false, |name, needed, found| {
        lacks.push(format!("{name} is {found}, {needed} is needed"));
    });
    // Drawing to textures of any size is the player's business.
    lacks.retain(|lack| {
        ["storage", "compute", "buffer"]
            .iter()
            .any(|part| lack.contains(part))
    });
    (!lacks.is_empty()).then(|| lacks.join("; "))
}

/// The place of the adapter that `choice` prefers among `all`.
fn choose(choice: &AdapterChoice, all: &[AdapterSummary]) -> Result<usize, GpuError> {
    let named = |(index, adapter): &(usize, &AdapterSummary)| match &choice.name {
        None => true,
        // A number that counts is a number, whatever digits the names have.
        Some(name)
            if name
                .trim()
                .parse::<usize>()
                .is_ok_and(|number| number < all.len()) =>
        {
            name.trim() == index.to_string()
        }
        Some(name) => adapter
            .to_string()
            .to_lowercase()
            .contains(&name.trim().to_lowercase()),
    };
    let candidates: Vec<_> = all.iter().enumerate().filter(named).collect();
    let names = || {
        let names: Vec<String> = all.iter().map(ToString::to_string).collect();
        names.join(", ")
    };
    let usable = |(_, adapter): &&(usize, &AdapterSummary)| {
        adapter.fault.is_none()
            && (!adapter.is_software() || choice.software || choice.name.is_some())
    };
    let best = candidates
        .iter()
        .filter(usable)
        .min_by_key(|(index, adapter)| (adapter.kind, backend_rank(&adapter.backend), *index));
    if let Some((index, _)) = best {
        return Ok(*index);
    }
    if let Some((_, adapter)) = candidates.first()
        && let Some(reason) = &adapter.fault
    {
        return Err(GpuError::NotSuitable {
            adapter: adapter.to_string(),
            reason: reason.clone(),
        });
    }
    let reason = match &choice.name {
        _ if all.is_empty() => "the system shows none".to_owned(),
        Some(name) => format!("none is called “{name}”; there are: {}", names()),
        None => format!("only software ones are there: {}", names()),
    };
    Err(GpuError::NoAdapter { reason })
}

/// The same card may be reached in several ways; OpenGL is the last resort.
fn backend_rank(backend: &str) -> u8 {
    match backend {
        "Metal" => 0,
        "Vulkan" => 1,
        "Dx12" => 2,
        _ => 3,
    }
}

/// What a device of `adapter` is to be opened with, so that it can render: WebGPU's default limits, but buffers as large as
/// the adapter has them; and nothing beyond the baseline but pipelines that can be kept, where the driver hands them out.
#[must_use]
pub fn needs(adapter: &wgpu::Adapter) -> (wgpu::Features, wgpu::Limits) {
    let here = adapter.limits();
    let limits = wgpu::Limits {
        max_storage_buffer_binding_size: here.max_storage_buffer_binding_size,
        max_buffer_size: here.max_buffer_size,
        ..NEEDED
    };
    (
        adapter.features() & wgpu::Features::PIPELINE_CACHE,
        limits.or_worse_values_from(&here),
    )
}

/// Opens the adapter that `choice` prefers, with as large buffers as it has.
///
/// # Errors
///
/// [`GpuError::NoAdapter`], [`GpuError::NotSuitable`].
pub(super) fn open(choice: &AdapterChoice) -> Result<GpuDevice, GpuError> {
    let mut adapters = adapters();
    let summaries: Vec<_> = adapters.iter().map(summary).collect();
    let index = choose(choice, &summaries)?;
    let adapter = adapters.swap_remove(index);
    let (required_features, required_limits) = needs(&adapter);
    let descriptor = wgpu::DeviceDescriptor {
        label: Some("renderer"),
        required_features,
        required_limits,
        memory_hints: wgpu::MemoryHints::MemoryUsage,
        ..Default::default()
    };
    let opened = pollster::block_on(adapter.request_device(&descriptor));
    let summary = summaries[index].clone();
    let (device, queue) = opened.map_err(|error| GpuError::NotSuitable {
        adapter: summary.to_string(),
        reason: error.to_string(),
    })?;
    Ok(GpuDevice::new(
        device,
        queue,
        summary,
        choice.memory_bytes_max,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(name: &str, kind: AdapterKind, fault: Option<&str>) -> AdapterSummary {
        AdapterSummary {
            name: name.into(),
            backend: "Vulkan".into(),
            kind,
            driver: "driver".into(),
            driver_info: String::new(),
            fault: fault.map(Into::into),
        }
    }

    fn machine() -> Vec<AdapterSummary> {
        vec![
            adapter("llvmpipe", AdapterKind::Software, None),
            adapter("Iris", AdapterKind::Integrated, None),
            adapter("Radeon", AdapterKind::Discrete, None),
            adapter("Voodoo", AdapterKind::Discrete, Some("it is too old")),
        ]
    }

    fn named(name: &str) -> AdapterChoice {
        AdapterChoice {
            name: Some(name.into()),
            ..AdapterChoice::default()
        }
    }

    #[test]
    fn a_discrete_card_comes_before_an_integrated_one() {
        assert_eq!(choose(&AdapterChoice::default(), &machine()), Ok(2));
        assert_eq!(choose(&AdapterChoice::default(), &machine()[..2]), Ok(1));
    }

    #[test]
    fn a_name_or_a_number_is_obeyed_even_to_the_software_adapter() {
        assert_eq!(choose(&named("iris"), &machine()), Ok(1));
        assert_eq!(choose(&named("LLVM"), &machine()), Ok(0));
        assert_eq!(choose(&named("1"), &machine()), Ok(1));
        let mut numbered = machine();
        numbered[2].name = "Radeon 1".into();
        assert_eq!(choose(&named("1"), &numbered), Ok(1));
    }

    #[test]
    fn a_software_adapter_is_taken_where_it_is_allowed() {
        let only = &machine()[..1];
        let error = choose(&AdapterChoice::default(), only).unwrap_err();
        assert!(error.to_string().contains("only software ones"), "{error}");
        let allowed = AdapterChoice {
            software: true,
            ..AdapterChoice::default()
        };
        assert_eq!(choose(&allowed, only), Ok(0));
    }

    #[test]
    fn what_cannot_be_used_is_named_with_its_reason() {
        let error = choose(&named("voodoo"), &machine()).unwrap_err();
        assert!(error.to_string().contains("it is too old"), "{error}");
        let error = choose(&named("matrox"), &machine()).unwrap_err();
        assert!(error.to_string().contains("Radeon"), "{error}");
        let error = choose(&AdapterChoice::default(), &[]).unwrap_err();
        assert!(error.to_string().contains("shows none"), "{error}");
    }
}
