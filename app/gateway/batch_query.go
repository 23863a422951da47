package gateway

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

const someBatches = 20

// batchQuery reads a page of a list of batches: how many, and behind or before which, by the family's names for that.
func batchQuery(r *http.Request, after, before string, most int) (q batch.Query, err error) {
	values := r.URL.Query()
	q.Limit = someBatches
	if v := values.Get("limit"); v != "" {
		if q.Limit, err = strconv.Atoi(v); err != nil || q.Limit < 1 || q.Limit > most {
			return q, fault.Field("limit", "\"limit\" must be a whole number from 1 to "+strconv.Itoa(most)+".")
		}
	}
	for name, into := range map[string]*id.Batch{after: &q.After, before: &q.Before} {
		v := values.Get(name)
		if name == "" || v == "" {
			continue
		}
		if *into, err = id.ParseBatch(strings.TrimPrefix(v, "msg")); err != nil {
			f := batch.NoBatch(v)
			f.Field = name
			return q, f
		}
	}
	return q, nil
}
