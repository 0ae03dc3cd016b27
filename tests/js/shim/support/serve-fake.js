/** `cutaway serve` with the fake engine in its threads, as a process of its own. */
import { serveCommand } from '../../../../shim/cli-serve.js';

process.exitCode = await serveCommand(process.argv.slice(2), {
  engineModule: new URL(process.env.CUTAWAY_TEST_ENGINE ?? './slow-engine.js', import.meta.url),
});
