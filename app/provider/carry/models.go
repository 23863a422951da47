package carry

import (
	"net/http"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// Models reads an endpoint's list of models: the member ids of the objects in the array list. A bare array is one too, if
// there is something in it.
func Models(w llm.Wire, r *http.Response, list, id string) ([]string, error) {
	defer func() { _ = r.Body.Close() }()
	if err := decoded(r); err != nil {
		return nil, garbled(r, "the answer is encoded in a way that was not asked for", err)
	}
	if r.StatusCode < 200 || r.StatusCode > 299 {
		return nil, Refused(w, r)
	}
	body, err := whole(r, maxAnswer)
	if err != nil {
		return nil, err
	}
	c := scan.New(body)
	names, listed := []string(nil), false
	switch c.Kind() {
	case scan.Array:
		names = modelIDs(&c, id)
		listed = len(names) > 0
	case scan.Object:
		c.Object()
		for key, ok := c.Key(); ok; key, ok = c.Key() {
			if string(c.Value(key, nil)) == list && c.Kind() == scan.Array {
				names, listed = modelIDs(&c, id), true
			} else {
				c.Skip()
			}
		}
	}
	if !listed || !c.End() {
		return nil, garbled(r, "the answer is no list of models", nil)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func modelIDs(c *scan.Cursor, id string) (names []string) {
	c.Array()
	for c.More() {
		if c.Kind() != scan.Object {
			c.Skip()
			continue
		}
		c.Object()
		for key, ok := c.Key(); ok; key, ok = c.Key() {
			if string(c.Value(key, nil)) != id || c.Kind() != scan.String {
				c.Skip()
				continue
			}
			if t, _ := c.String(); t.To > 0 && len(names) < maxModels {
				names = append(names, string(c.Value(t, nil)))
			}
		}
	}
	return names
}
