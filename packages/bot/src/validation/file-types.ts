import type { FileType } from '../definition/modal-fields.ts';
import { countFaults, fault, type Fault } from './fault.ts';

/** Most types of files. Source: Discord docs, Reference, "File Type Filtering". */
const most = 10;

/** What Discord would refuse of the types of files that an option or a field takes. */
export function fileTypeFaults(types: readonly FileType[] | undefined): Fault[] {
  if (types === undefined) return [];
  const strange = types.flatMap((type, index) =>
    /^(?:image|video|audio|\.\w+)$/.test(type)
      ? []
      : fault(`fileTypes[${index}]`, `is '${type}', Discord takes image, video, audio or an extension such as .pdf`),
  );
  return [...countFaults('fileTypes', types.length, [1, most]), ...strange];
}
