import type { FieldConfigSource } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';

/** What a panel shows in the middle instead of data. */
export function NoData({ fieldConfig }: { fieldConfig: FieldConfigSource }) {
  const { colors } = useTheme2();
  const style = { display: 'grid', height: '100%', placeContent: 'center' };
  return (
    <div className="no-data" style={{ ...style, color: colors.text.secondary }}>
      {fieldConfig.defaults.noValue ?? 'No data'}
    </div>
  );
}
