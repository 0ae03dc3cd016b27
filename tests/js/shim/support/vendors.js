/**
 * What the tests know of each vendor besides its OpenAPI document in
 * ../contract. A new dialect adds an entry.
 *
 *   errorSchema    of the document's components
 *   messageOf      the sentence in the body of an error
 *   errorsOf       a POST whose documented errors stand for the API's
 *   storage        operations that the document does not have
 *   key            one of the vendor's form
 */
export const VENDORS = {
  'magic-hour': {
    errorSchema: 'MessageError',
    messageOf: (body) => body.message,
    errorsOf: '/v1/image-background-remover',
    storage: [],
    key: 'mhk_live_1',
  },
  'img-processing': {
    errorSchema: 'Error',
    messageOf: (body) => body.message,
    errorsOf: '/v1/images/upload',
    storage: ['viewPublished'],
    key: 'test_1',
  },
  aigenstudio: {
    errorSchema: 'ErrorResponse',
    messageOf: (body) => body.error.message,
    errorsOf: '/remove-background',
    storage: ['getResult'],
    key: 'aigen_live_1',
  },
};
