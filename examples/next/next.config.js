export default {
  output: 'export', // into out/, for any static host; leave it out for a server of Next's
};
