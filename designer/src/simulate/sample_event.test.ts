import { expect, it } from "vitest";
import { sampleEvent } from "./sample_event.ts";

it("is an object that the bucket's trigger hears", () => {
  expect(sampleEvent({ s3: { bucket: "uploads", prefix: "in/", suffix: [".png"] } })).toEqual({
    source: "aws.s3",
    "detail-type": "Object Created",
    detail: { bucket: { name: "uploads" }, object: { key: "in/example.png", size: 1024 } },
  });
});

it("holds what every event has, and what the pattern asks for", () => {
  const event = { source: ["shop"], detail: { total: [{ numeric: [">", 100] }] } };
  expect(sampleEvent({ event })).toEqual({ source: "shop", "detail-type": "example", detail: { total: 101 } });
});

it("is absent where no event of the bus starts a run", () => {
  expect(sampleEvent({ schedule: { rate: "1h" } })).toBeUndefined();
});
