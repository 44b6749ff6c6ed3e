/** Of what the bundle consists, in CycloneDX: nothing else in the image tells a scanner. */
export function billOfMaterials(
  program: { readonly name: string; readonly version: string; readonly license: string },
  thirdPartyLicenses: string,
): object {
  const bundled = thirdPartyLicenses.split(/^-{72}\n\n/m).map((text) => {
    const [, name, version, license] = /^(\S+) (\S+) \((.+)\)\n/.exec(text) ?? [];
    if (name === undefined || version === undefined || license === undefined) {
      throw new Error(`expected name, version and license, got "${text.slice(0, 80)}"`);
    }
    return { name, version, license };
  });
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: component('application', program) },
    components: bundled.map((one) => component('library', one)),
  };
}

function component(
  type: string,
  { name, version, license }: { name: string; version: string; license: string },
): object {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return {
    type,
    'bom-ref': purl,
    name,
    version,
    licenses: [/ (AND|OR) /.test(license) ? { expression: license } : { license: { id: license } }],
    purl,
  };
}
