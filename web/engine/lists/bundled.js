// The models that come along, by name. Of those that have not come, tools/build.js takes the line out of dist/.
export const bundled = [
  'base', // models/base/
  'detail', // models/detail/
  'pick', // models/pick/
];
