/**
 * The types that the parts of the shim share. No code.
 *
 * @module shim/types
 */

/**
 * What the shim asks of an engine; web/engine gives one, tests give others.
 * Failures are errors named `CutawayError` with a `code` of wasm/base/status.h.
 *
 * @typedef {object} Engine
 * @property {(image: Blob, options: RemoveOptions) => Promise<{ blob: Blob, report: Record<string, any> }>} removeBackground
 * @property {(image: Blob, options: { format: 'png' | 'jpeg' | 'webp', quality?: number, signal?: AbortSignal })
 *   => Promise<{ blob: Blob, width: number, height: number }>} convert
 *   re-encodes; JPEG of a transparent picture is flattened on white
 * @property {number} [concurrency] pictures at a time, 1 if not said
 *
 * @typedef {object} RemoveOptions
 * @property {string | Blob} [background] transparent, white, #rrggbb, or a
 *   picture that is stretched to the photo
 * @property {'png' | 'jpeg' | 'webp'} [format] @property {number} [quality]
 * @property {AbortSignal} [signal]
 */

/**
 * One request, taken apart by create-shim.js.
 *
 * @typedef {object} Call
 * @property {Request} request
 * @property {string} operation operationId of the OpenAPI document
 * @property {Record<string, string>} params from the path
 * @property {URLSearchParams} query
 * @property {string} base what stands before the API's paths in this request's URL
 * @property {string} key the API key, '' without one; never stored, never logged
 * @property {Services} services
 */

/**
 * What create-shim.js gives to a dialect.
 *
 * @typedef {object} Services
 * @property {import('./store/memory.js').Store} store
 * @property {ReturnType<typeof import('./queue.js').createQueue>} queue
 * @property {ReturnType<typeof import('./queue.js').createLocks>} locked
 * @property {ReturnType<typeof import('./remote.js').createRemover>} remover
 * @property {{ now: () => number, stamp: () => number }} clock
 * @property {import('./fetch-url.js').InputPolicy} inputs
 * @property {Limits} limits
 * @property {boolean} blobUrls results are given as blob: addresses
 * @property {(key: string) => Promise<string | undefined>} objectUrl of a stored blob
 * @property {(key: string) => void} dropUrl
 * @property {(type: string, detail: any) => void} emit
 * @property {(delivery: Delivery) => void} [webhook]
 * @property {(dialect: Dialect, id: string, place: { run: (task: () => Promise<void>) => Promise<void> }) => void} launch
 * @property {(dialect: Dialect, id: string) => void} halt stops a running job
 * @property {(dialect: Dialect, record: any) => Promise<void>} adopt takes over a
 *   job whose owner is gone
 * @property {(jobId: string, secret?: string) => string | undefined} secret
 *   signing secret of a job's webhooks, in memory only
 *
 * @typedef {{ url: string, secret: string | undefined, event: Record<string, any> & { id: string } }} Delivery
 *
 * @typedef {object} Limits
 * @property {number} uploadBytes Magic Hour uploads, 200 MB (free plan)
 * @property {number} imageBytes IMG Processing images, 20 MB
 * @property {number} sourceBytes AI Gen Studio sources, 10 MB
 * @property {number} queue places in the queue, waiting and running
 * @property {number} localTimeoutMs one picture in the local engine
 */

/**
 * One API. The core calls match (by `routes`), parse, run and reply in this
 * order, and fail instead of the rest when one of them throws.
 *
 * @typedef {object} Dialect
 * @property {string} name
 * @property {readonly string[]} hosts the vendor's, as URL bases
 * @property {readonly Route[]} routes
 * @property {RegExp} territory paths that are this API's even if no route matches
 * @property {Readonly<Record<string, readonly [number, string?]>>} failures
 *   status of every error code, and the API's own word for it if it has words
 * @property {(request: Request) => string} credential
 * @property {(call: Call) => Promise<any>} parse validated input, or throws
 * @property {(input: any, call: Call) => Promise<any>} run
 * @property {(outcome: any, call: Call) => Response | Promise<Response>} reply
 * @property {(error: import('./errors.js').ShimError, call: Pick<Call, 'request' | 'operation'>) => Response} fail
 * @property {(id: string, services: Services, signal: AbortSignal) => Promise<void>} [work]
 *   a queued job; writes its own outcome down and does not throw for it
 * @property {string} [jobs] shelf of the records that work() takes
 * @property {(record: any) => boolean} [active] whether a record is unfinished
 * @property {(services: Services, now: number) => Promise<void>} sweep removes what has expired
 *
 * @typedef {object} Route
 * @property {string} operation
 * @property {string} method
 * @property {RegExp} path with named groups; matched against the encoded path
 * @property {boolean} [open] needs no key
 * @property {RegExp} [narrow] where a site has paths of its own, the path must
 *   fit this too; everywhere but in `bases: '*'`
 */

export {};
