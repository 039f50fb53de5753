// Every page that a visitor can come to, and what several tests ask of a page.
import { type Page, expect } from "@playwright/test";

export const url = () => process.env.WOOLGATHER_URL!;

export async function manifest(): Promise<any> {
  const signed = await (await fetch(`${url()}/api/v1/manifest`)).json();
  return JSON.parse(signed.document);
}

/** Addresses of every kind of page, on the coordinator that runs. */
export async function everyPage(): Promise<string[]> {
  const sheep = (await manifest()).sheep[0];
  return [
    "/",
    "/gallery",
    "/gallery?room=hall",
    "/gallery?room=archive",
    "/gallery?q=nothing-is-called-this",
    "/vote",
    `/sheep/${sheep.id}`,
    "/submit",
    `/submit?parent=${sheep.id}`,
    "/people",
    "/people/machines",
    "/teams",
    "/signin",
    "/account",
    "/link",
    "/status",
    "/status/me",
    "/join",
    "/api",
    "/nothing-is-here",
  ];
}

/** A sheep in somebody else's frame: a page without a way around the website. */
export async function embedded(): Promise<string> {
  return `/embed/${(await manifest()).sheep[0].id}`;
}

/** Fails the test when a page asks anybody but the coordinator for anything. */
export function keepHome(page: Page): void {
  page.on("request", (request) => {
    const address = request.url();
    const here = address.startsWith(url()) || address.startsWith("data:") || address.startsWith("blob:");
    expect(here, address).toBeTruthy();
  });
}
