/** All of them, in this order, which `node --test` would not keep. The clocks last: a Cassandra whose clock was a
 * day ahead may refuse what comes after. */
import "./check.test.ts";
import "./kill.test.ts";
import "./pause.test.ts";
import "./links.test.ts";
import "./quorum.test.ts";
import "./races.test.ts";
import "./resend.test.ts";
import "./crowd.test.ts";
import "./clocks.test.ts";
