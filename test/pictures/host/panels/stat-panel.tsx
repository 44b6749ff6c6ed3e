import {
  getDisplayValueAlignmentFactors,
  getFieldDisplayValues,
  PanelPlugin,
  VizOrientation,
  type DisplayValueAlignmentFactors,
  type FieldDisplay,
  type PanelProps,
  type ReduceDataOptions,
} from '@grafana/data';
import {
  BigValue,
  VizRepeater,
  useTheme2,
  type BigValueColorMode,
  type BigValueGraphMode,
  type BigValueJustifyMode,
  type BigValueTextMode,
} from '@grafana/ui';
import type { VizTextDisplayOptions } from '@grafana/schema';

interface StatOptions {
  reduceOptions: ReduceDataOptions;
  orientation?: VizOrientation;
  colorMode: BigValueColorMode;
  graphMode: BigValueGraphMode;
  justifyMode: BigValueJustifyMode;
  textMode: BigValueTextMode;
  text?: VizTextDisplayOptions;
  wideLayout?: boolean;
}

function StatPanel(props: PanelProps<StatOptions>) {
  const { data, options, fieldConfig, width, height, timeZone, replaceVariables } = props;
  const theme = useTheme2();
  const getValues = () =>
    getFieldDisplayValues({
      ...{ fieldConfig, replaceVariables, theme, timeZone, data: data.series },
      reduceOptions: options.reduceOptions,
      sparkline: options.graphMode !== 'none',
    });
  return (
    <VizRepeater<FieldDisplay, DisplayValueAlignmentFactors>
      {...{ width, height, getValues, source: data, itemSpacing: 3, renderCounter: 0 }}
      autoGrid
      orientation={options.orientation ?? VizOrientation.Auto}
      getAlignmentFactors={(values) => getDisplayValueAlignmentFactors(values)}
      renderValue={({ value, alignmentFactors, width, height, count }) => (
        <BigValue
          {...{ width, height, count, alignmentFactors, theme, value: value.display }}
          sparkline={value.sparkline}
          colorMode={options.colorMode}
          graphMode={options.graphMode}
          justifyMode={options.justifyMode}
          textMode={options.textMode}
          text={options.text}
          disableWideLayout={options.wideLayout === false}
        />
      )}
    />
  );
}

export const statPanel = new PanelPlugin<StatOptions>(StatPanel).useFieldConfig();
