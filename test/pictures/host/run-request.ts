import {
  LoadingState,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceApi,
  type PanelData,
} from '@grafana/data';
import { catchError, from, isObservable, map, of, startWith, type Observable } from 'rxjs';

/** Runs the queries of a panel, a variable or an annotation; Grafana itself has its own. */
export function runRequest(
  dataSource: DataSourceApi,
  request: DataQueryRequest,
): Observable<PanelData> {
  const empty = { series: [], timeRange: request.range, request };
  const response = dataSource.query(request);
  const responses: Observable<DataQueryResponse> = isObservable(response)
    ? response
    : from(response);
  return responses.pipe(
    map(({ data }): PanelData => ({
      ...empty,
      state: LoadingState.Done,
      series: data as DataFrame[],
    })),
    startWith({ ...empty, state: LoadingState.Loading }),
    catchError((error: Error) =>
      of({ ...empty, state: LoadingState.Error, errors: [{ message: error.message }] }),
    ),
  );
}
