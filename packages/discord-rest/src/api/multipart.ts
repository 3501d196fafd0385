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
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    files,
    async *open() {
      for (const [name, value] of fieldsOf(body, form)) {
        const type = form.fields === 'payload_json' ? '\r\nContent-Type: application/json' : '';
        yield encoder.encode(
          `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"${type}\r\n\r\n${value}\r\n`,
        );
      }
      for (const [index, { name, contentType = 'application/octet-stream', data }] of files.entries()) {
        const field = form.file ?? `files[${index}]`;
        const disposition = `form-data; name="${quoted(field)}"; filename="${quoted(name)}"`;
        yield encoder.encode(
          `--${boundary}\r\nContent-Disposition: ${disposition}\r\nContent-Type: ${contentType}\r\n\r\n`,
        );
        if (data instanceof Uint8Array) yield data;
        else yield* data();
        yield encoder.encode('\r\n');
      }
      yield encoder.encode(`--${boundary}--\r\n`);
    },
  };
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
