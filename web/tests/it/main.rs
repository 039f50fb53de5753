//! Every page, seen from outside: rendered with realistic, empty and hostile data.

mod grid_samples;
mod hostile;
mod pages;
mod people;
mod people_samples;
mod samples;

use woolgather_web::views::{Page, render};

fn html<P: Page>(page: &P) -> String {
    render(page).expect("the page renders")
}
