/** A reporter for `node --test` that says what the test runner wants to hear: the reason of each
 * skip, and how many passed, failed and were skipped. */
import type { TestEvent } from "node:test/reporters";

export default async function* count(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    // A file that holds tests is none itself, unless it could not be run.
    if (data.details.type === "suite" && type === "test:pass") continue;
    if (data.skip !== undefined && data.skip !== false) {
      skipped++;
      yield `skipped: ${data.name}: ${data.skip}\n`;
    } else if (type === "test:pass") {
      passed++;
    } else {
      failed++;
    }
  }
  yield `${passed} passed, ${failed} failed, ${skipped} skipped\n`;
}
