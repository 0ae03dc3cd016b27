// Made by tools/make-lists.js.
export const resultNames = 'background fit keep shadow outline canvas format quality colorspace metadata crop margin'.split(' ');
