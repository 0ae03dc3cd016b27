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
 * @property {string} account whose key it is, '' where there are no accounts
 * @property {number} [quota] pictures a day that the account may have made
 * @property {string} lane whose turn a job takes: one per account, or one of 256 by the key
 * @property {Services} services
 */

/**
 * What create-shim.js gives to a dialect; each dialect has its own.
 *
 * @typedef {object} Services
 * @property {import('./store/memory.js').Store} store
 * @property {(collection: string, id: string, change: (now: any) => Record<string, any>) => Promise<any>} update
 *   the store's; a job's own record is changed only as long as the job is held
 * @property {(batch: Omit<import('./remote.js').Batch, 'dialect'>) => Promise<import('./remote.js').Result[]>} remove
 *   works on pictures, here or there; never rejects
 * @property {{ now: () => number, stamp: () => number }} clock
 * @property {import('./fetch-url.js').InputPolicy} inputs
 * @property {(base: string) => import('./fetch-url.js').InputPolicy} inputsFor the same, with
 *   the addresses that were given under a base
 * @property {typeof import('./form.js').readForm} form
 * @property {Limits} limits
 * @property {boolean} blobUrls results are given as blob: addresses
 * @property {(key: string) => Promise<string | undefined>} objectUrl of a stored blob
 * @property {(key: string) => void} dropUrl
 * @property {(type: string, detail: any) => void} emit
 * @property {(id: string, report: Record<string, any>) => void} emitReport of a result
 * @property {(delivery: Delivery) => void} [webhook]
 * @property {<T extends { id: string }>(make: (queue: import('./store/memory.js').Queued) => Promise<T>, call?: Call, pictures?: number) => Promise<T>} accept
 *   reserves a place in the queue, has the record of a job made with `queue` in
 *   it, and has the job worked on; throws `busy` when there is no place, `no_credits`
 *   when the account's quota is used up, and nothing is made
 * @property {(id: string) => Promise<void>} finished resolves when a job has ended, or the shim closes
 * @property {(id: string) => void} halt stops a job
 * @property {(record: any) => Promise<void>} takeOver goes on with a job whose
 *   owner is gone
 * @property {(jobId: string, secret?: string) => string | undefined} secret
 *   signing secret of a job's webhooks, in memory only
 *
 * @typedef {object} Delivery one webhook
 * @property {string} url
 * @property {string | undefined} secret undefined: cannot be signed, is not sent
 * @property {Record<string, any> & { id: string }} event
 * @property {string} job whose event it is
 * @property {Sign} sign
 *
 * @typedef {(secret: string, eventId: string, body: string, seconds: number) => Record<string, string>} Sign
 *   the headers of an event; seconds: Unix time
 *
 * @typedef {{ queue: number, localTimeoutMs: number } & Record<string, number>} Limits
 *   queue: places, waiting and running; localTimeoutMs: one picture in the local
 *   engine; and what the dialects add
 */

/**
 * One API: a folder of dialects/ and a line in dialects/index.js; nothing else
 * knows its name (CONTRIBUTING.md, "A new dialect"). The core calls match (by
 * `routes`), parse, run and reply in this order, and fail instead of the rest
 * when one of them throws.
 *
 * @typedef {object} Dialect
 * @property {string} name in options, flags and records
 * @property {string} title as people read it
 * @property {readonly string[]} hosts the vendor's, as URL bases
 * @property {readonly Route[]} routes
 * @property {RegExp} pathPrefix paths that are this API's even if no route matches
 * @property {RegExp} relayed paths that the service worker asks a page about: no
 *   narrower than the routes, and none that a site of its own may have
 * @property {Readonly<Record<string, import('./failures.js').Failure>>} failures
 *   status of every error code, and the API's own word for it if it has words
 * @property {RegExp} keyForm of the API keys, for strictKeys()
 * @property {(secret: string) => string} [newKey] a live key of that form, for servers with accounts
 * @property {Readonly<Record<string, number>>} limits defaults of what this
 *   dialect adds to the option `limits`; no two dialects use one name
 * @property {(request: Request) => string} credential the key of a request
 * @property {(call: Call) => Promise<any>} parse validated input, or throws
 * @property {(input: any, call: Call) => Promise<any>} run
 * @property {(outcome: any, call: Call) => Response | Promise<Response>} reply
 * @property {(error: import('./errors.js').ShimError, call: Pick<Call, 'request' | 'operation'>) => Response} fail
 * @property {Sign} [sign] of webhooks, where it has any
 * @property {Jobs} [jobs] absent where every answer is the result
 * @property {Readonly<Record<string, (record: any) => number | undefined>>} [ends] its
 *   collections, and when a record of an earlier version may be cleared away
 * @property {(services: Services, now: number) => Promise<void>} sweep removes what has expired
 * @property {import('./remote/flow.js').Remote} remote the vendor's own service
 * @property {(body: any, swap: (url: unknown) => any) => void} [swapLinks] replaces
 *   the addresses of storage in a vendor's answer, so that a page behind the
 *   proxy can use them
 *
 * @typedef {object} Jobs what is done after the answer
 * @property {string} collection of the records
 * @property {(record: any) => boolean} active whether a record is unfinished
 * @property {(id: string, services: Services, signal: AbortSignal) => Promise<void>} work
 *   writes its own outcome down and does not throw for it; with the last write
 *   `queue` may go
 * @property {(id: string, services: Services, error: import('./errors.js').ShimError) => Promise<void>} [fail]
 *   writes down that a job is given up
 *
 * @typedef {object} Route
 * @property {string} operation
 * @property {string} method
 * @property {RegExp} path with named groups; matched against the encoded path
 * @property {boolean} [open] needs no key
 * @property {boolean} [storage] an address of uploads or results, not a call of
 *   the vendor's API: the proxy does not pass it on. What a GET of one is run
 *   to has the picture as `blob`
 * @property {RegExp} [narrow] where a site has paths of its own, the path must
 *   fit this too; everywhere but in `bases: '*'`
 */

export {};
