// Made by tools/make-lists.js.
export const resultNames = 'background fit keep shadow cast contact natural reflection outline canvas format quality colorspace metadata crop margin shift feather smooth holes decontaminate'.split(' ');
