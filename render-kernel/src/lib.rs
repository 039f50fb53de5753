//! From a genome to a frame: plan, iterate, histogram, density estimation, filter, tone map.
