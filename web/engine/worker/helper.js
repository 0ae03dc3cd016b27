// A helper's worker in a page: see core/threads.js.
import { hostHelp } from '../core/threads.js';

hostHelp({
  post: (message) => self.postMessage(message),
  listen: (handler) => {
    self.onmessage = ({ data }) => handler(data);
  },
  close: () => self.close(),
});
