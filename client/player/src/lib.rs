//! Plays the flock in a window: graph walk, decode, present.
