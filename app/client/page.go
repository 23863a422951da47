package client

import (
	"context"
	"iter"
	"maps"
	"net/url"
)

// all walks a list page by page.
func all[P, T any](ctx context.Context, query url.Values, list func(context.Context, url.Values) (P, error), open func(P) (data []T, next string)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		q := maps.Clone(query)
		if q == nil {
			q = url.Values{}
		}
		for {
			page, err := list(ctx, q)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			data, next := open(page)
			for _, x := range data {
				if !yield(x, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			q.Set("after", next)
		}
	}
}

// Raw calls a path below /api/v1 as it is, for what has no method here: in and out are JSON, or nil.
func (c *Client) Raw(ctx context.Context, method, path string, query url.Values, in, out any, calls ...Call) error {
	return c.do(ctx, method, path, query, in, out, calls)
}
