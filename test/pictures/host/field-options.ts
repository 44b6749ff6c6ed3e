import {
  booleanOverrideProcessor,
  dataLinksOverrideProcessor,
  displayNameOverrideProcessor,
  identityOverrideProcessor,
  numberOverrideProcessor,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
  stringOverrideProcessor,
  thresholdsOverrideProcessor,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
  FieldType,
  type Field,
  type FieldConfigEditorBuilder,
  type FieldConfigPropertyItem,
  type TransformerRegistryItem,
} from '@grafana/data';

type Process = FieldConfigPropertyItem['process'];

/** How the value of an override becomes that of a field, by the standard option's name. */
const PROCESSES: Readonly<Record<string, unknown>> = {
  displayName: displayNameOverrideProcessor,
  unit: unitOverrideProcessor,
  min: numberOverrideProcessor,
  max: numberOverrideProcessor,
  decimals: numberOverrideProcessor,
  fieldMinMax: booleanOverrideProcessor,
  thresholds: thresholdsOverrideProcessor,
  mappings: valueMappingsOverrideProcessor,
  links: dataLinksOverrideProcessor,
  actions: identityOverrideProcessor,
  noValue: stringOverrideProcessor,
  color: identityOverrideProcessor,
  filterable: booleanOverrideProcessor,
};

const DEFAULTS: Readonly<Record<string, unknown>> = {
  mappings: [],
  thresholds: {
    mode: 'absolute',
    steps: [
      { value: -Infinity, color: 'green' },
      { value: 80, color: 'red' },
    ],
  },
};

const noEditor = () => null;

/** An option of fields that nobody edits. */
function fieldOption(id: string, process?: unknown): FieldConfigPropertyItem {
  return {
    ...{ id, path: id, name: id, settings: {}, editor: noEditor, override: noEditor },
    process: (process ?? identityOverrideProcessor) as Process,
    shouldApply: () => true,
  };
}

/** Fills the registries that Grafana itself fills when it starts. */
export function registerStandardOptions(): void {
  standardFieldConfigEditorRegistry.setInit(() =>
    Object.entries(PROCESSES).map(([id, process]) => ({
      ...fieldOption(id, process),
      ...(id in DEFAULTS && { defaultValue: DEFAULTS[id] }),
    })),
  );
  standardEditorsRegistry.setInit(() => EDITORS.map((id) => ({ id, name: id, editor: noEditor })));
  standardTransformersRegistry.setInit(() => TRANSFORMERS);
}

/** Panels name these when they declare options of their own. */
const EDITORS = ['boolean', 'color', 'number', 'radio', 'select', 'slider', 'text', 'unit'];

const TRANSFORMERS = [
  standardTransformers.mergeTransformer,
  standardTransformers.organizeFieldsTransformer,
].map((transformation): TransformerRegistryItem => {
  const { id, name } = transformation;
  return {
    ...{ id, name, editor: noEditor, imageDark: '', imageLight: '' },
    transformation: () => Promise.resolve(transformation),
  };
});

/** Declares a panel's own options of fields, with their defaults. */
export function customOptions(defaults: Readonly<Record<string, unknown>>) {
  return <T>(builder: FieldConfigEditorBuilder<T>): void => {
    for (const [id, defaultValue] of Object.entries(defaults)) {
      // The label of the axis of values would otherwise be that of the time, too.
      const shouldApply = ({ type }: Field) => type !== FieldType.time || !id.startsWith('axis');
      builder.addCustomEditor({ ...fieldOption(id), defaultValue, shouldApply });
    }
  };
}
