// Made by tools/make-lists.js.
export const resultNames = 'background fit keep shadow cast contact reflection outline canvas format quality colorspace metadata crop margin shift feather smooth holes decontaminate'.split(' ');
