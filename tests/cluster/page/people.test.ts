/** What the page does with one server, it does with several too. */
import "../harness/page.ts";
import "../../browser/people.test.ts";
