import { randomBytes } from 'node:crypto';
import type { EndpointName } from './api.ts';

/** A file to upload. */
export interface FileUpload {
  readonly name: string;
  readonly contentType?: string;
  /**
   * Its content; a function gives it anew for each attempt, so that a file is streamed from wherever it is and never held
   * in memory.
   */
  readonly data: Uint8Array | (() => AsyncIterable<Uint8Array>);
}

/** A body of several parts, made anew for each attempt. */
export interface MultipartBody {
  readonly contentType: string;
  /** In bytes, where all files are in memory. */
  readonly length: number | undefined;
  readonly files: readonly FileUpload[];
  open(): AsyncIterable<Uint8Array>;
}

/** How an endpoint takes files, and what else there is beside them. */
interface UploadForm {
  /** As one JSON part, or as a part for each field. */
  readonly fields: 'payload_json' | 'each';
  /** Name of the part of a file; by default `files[n]`. */
  readonly file?: string;
}

const messageForm: UploadForm = { fields: 'payload_json' };

/** Endpoints that take a file in another way than messages. Source: Discord docs, under each. */
const otherForms: ReadonlyMap<EndpointName, UploadForm> = new Map<EndpointName, UploadForm>([
  ['POST /guilds/{guild.id}/stickers', { fields: 'each', file: 'file' }],
  ['PUT /invites/{invite.code}/target-users', { fields: 'each', file: 'target_users_file' }],
  ['POST /channels/{channel.id}/invites', { fields: 'payload_json', file: 'target_users_file' }],
]);

/** As much as a stream from a disk gives at a time. */
const pieceBytes = 64 * 2 ** 10;

const encoder = new TextEncoder();

/**
 * The body of a request with files; undefined for one without. Source: Discord docs, Reference, "Uploading Files".
 */
export function filesOf(
  endpoint: EndpointName,
  { files = [], body }: { readonly files?: readonly FileUpload[] | undefined; readonly body: unknown },
): MultipartBody | undefined {
  if (files.length === 0) return undefined;
  const form = otherForms.get(endpoint) ?? messageForm;
  const boundary = `arrakis-${randomBytes(18).toString('base64url')}`;
  const parts = partsOf(boundary, [...fieldParts(body, form), ...fileParts(files, form)]);
  const lengths = parts.map((part) => (part instanceof Uint8Array ? part.length : Number.NaN));
  const length = lengths.reduce((sum, each) => sum + each, 0);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    length: Number.isNaN(length) ? undefined : length,
    files,
    async *open() {
      for (const part of parts) {
        if (part instanceof Uint8Array) yield* piecesOf(part);
        else yield* part();
      }
    },
  };
}

/** The content in pieces: how fast they are taken tells whether an upload goes on. */
function* piecesOf(content: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < content.length; at += pieceBytes) yield content.subarray(at, at + pieceBytes);
}

interface Part {
  readonly headers: readonly string[];
  readonly data: FileUpload['data'];
}

function partsOf(boundary: string, parts: readonly Part[]): FileUpload['data'][] {
  const end = encoder.encode('\r\n');
  const pieces = parts.flatMap(({ headers, data }) => [
    encoder.encode(`--${boundary}\r\n${headers.join('\r\n')}\r\n\r\n`),
    data,
    end,
  ]);
  return [...pieces, encoder.encode(`--${boundary}--\r\n`)];
}

function fieldParts(body: unknown, form: UploadForm): Part[] {
  const type = form.fields === 'payload_json' ? ['Content-Type: application/json'] : [];
  return fieldsOf(body, form).map(([name, value]) => ({
    headers: [`Content-Disposition: form-data; name="${quoted(name)}"`, ...type],
    data: encoder.encode(value),
  }));
}

function fileParts(files: readonly FileUpload[], form: UploadForm): Part[] {
  return files.map(({ name, contentType = 'application/octet-stream', data }, index) => {
    const field = form.file ?? `files[${index}]`;
    const disposition = `form-data; name="${quoted(field)}"; filename="${quoted(name)}"`;
    return { headers: [`Content-Disposition: ${disposition}`, `Content-Type: ${quoted(contentType)}`], data };
  });
}

function fieldsOf(body: unknown, { fields }: UploadForm): [string, string][] {
  if (body === undefined) return [];
  if (fields === 'payload_json') return [['payload_json', JSON.stringify(body)]];
  const entries = Object.entries(typeof body === 'object' && body !== null ? body : {});
  return entries.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
}

/** Source: WHATWG, HTML, "Multipart form data": what would end a quoted name is escaped. */
function quoted(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
