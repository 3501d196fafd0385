import type { IncomingMessage } from 'node:http';
import { ApiError } from '../forms/api-error.ts';
import { invalidForm } from '../forms/form-errors.ts';

/** A file of a multipart body. */
export interface UploadedPart {
  /** `files[n]` */
  field: string;
  filename: string;
  contentType: string;
  /** bytes */
  size: number;
}

export interface RequestBody {
  json: unknown;
  files: UploadedPart[];
}

/** Discord's limit for a request as a whole lies above this; bots get no further with it than with 25 MiB of files. */
const maximumBytes = 30 * 1024 * 1024;

/** Reads a request to its end. Throws Request entity too large (40005); rejects when the client goes away. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > maximumBytes) throw new ApiError(40005);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/**
 * Parses a body by its content type (docs: Reference, Content Type; Uploading Files). Throws 50109 for broken JSON, 50035 for
 * another content type.
 */
export async function parseBody(bytes: Buffer, contentType: string): Promise<RequestBody> {
  if (bytes.length === 0) return { json: undefined, files: [] };
  if (contentType.startsWith('application/json')) return { json: parseJson(bytes.toString('utf8')), files: [] };
  if (contentType.startsWith('multipart/form-data')) return parseMultipart(bytes, contentType);
  return invalidForm([], {
    code: 'CONTENT_TYPE_INVALID',
    message: `Expected "Content-Type" header to be one of {'application/json', 'multipart/form-data'}.`,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new ApiError(50109);
    throw error;
  }
}

async function parseMultipart(bytes: Buffer, contentType: string): Promise<RequestBody> {
  const form = await readForm(bytes, contentType);
  const payload = form.get('payload_json');
  const files: UploadedPart[] = [];
  const fields: Record<string, string> = {};
  for (const [field, value] of form) {
    if (typeof value !== 'string') {
      files.push({ field, filename: value.name, contentType: value.type, size: value.size });
    } else if (field !== 'payload_json') {
      fields[field] = value;
    }
  }
  return { json: typeof payload === 'string' ? parseJson(payload) : fields, files };
}

async function readForm(bytes: Buffer, contentType: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return invalidForm([], { code: 'MULTIPART_INVALID', message: 'The multipart body could not be read.' });
  }
}
