package dialect

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Retry gives the headers that tell a client whether and when to ask again: x-should-retry where waiting does not help,
// else retry-after.
func Retry(f *fault.Error) http.Header {
	h := http.Header{"Content-Type": {"application/json"}}
	if Final(f) {
		h["X-Should-Retry"] = []string{"false"}
	} else if f.RetryAfter > 0 {
		d := min(f.RetryAfter, maxWait)
		h["Retry-After"] = []string{strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)}
		h["Retry-After-Ms"] = []string{strconv.FormatInt(int64((d+time.Millisecond-1)/time.Millisecond), 10)}
	}
	return h
}

// Final says that waiting does not help: clients that obey x-should-retry stop at once. 400 and 404 are not repeated by
// any client, so they need no header.
func Final(f *fault.Error) bool {
	switch f.Kind {
	case fault.Unauthenticated, fault.Forbidden, fault.Exhausted:
		return true
	}
	return f.Code == "policy_blocked" || f.Code == "not_implemented"
}

// maxWait is the longest wait that is ever named. Some clients sleep until a far one and look dead.
const maxWait = time.Minute

// Own is what stands under error.bodhi: our code, the facts of the refusal, and the request's id.
func Own(f *fault.Error, requestID string) map[string]string {
	own := make(map[string]string, len(f.Detail)+2)
	for k, d := range f.Detail {
		own[k] = d
	}
	own["code"] = f.Code
	if requestID != "" {
		own["request_id"] = requestID
	}
	return own
}

// Comment is a remark in a stream of server-sent events. It has no blank line of its own, because some SDKs read an empty
// event into one; there is room behind it for an end mark.
func Comment(name, value string) []byte {
	b := make([]byte, 0, len(name)+len(value)+64)
	b = append(append(b, ": "...), name...)
	return append(append(append(b, '='), value...), '\n')
}

// Encode writes JSON on one line without escaping <, > and &: sentences are printed in terminals. v must encode; if it
// does not, that is a bug, and the result is null.
func Encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return []byte("null")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
