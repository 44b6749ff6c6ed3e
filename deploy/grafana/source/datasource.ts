/** Whatever is chosen: nothing has to be edited after an import. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
