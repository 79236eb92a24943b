/** What the page does with one server, it does with several too. */
import "../harness/page.ts";

await import("../../browser/access.test.ts"); // Which else would not wait for them.
