package gatewaytest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// Cuts are the faults that break a stream of this kind in its middle, for tests with real clients.
func Cuts(k *Kind) (list []Fault) {
	for _, f := range Faults() {
		if f.Open != nil || f.Before != nil || f.Second || !f.Applies(k, true) {
			continue
		}
		if w := f.Want(k, true, false); w.Text != "" && !w.Whole() && w.Code != "upstream_timeout" {
			list = append(list, f)
		}
	}
	return list
}

// ListenCuts starts a provider that goes wrong in the way that a request's model names: "cut-0" is the first of Cuts.
func ListenCuts(t testing.TB, k *Kind) *Upstream {
	t.Helper()
	u := Listen(t, k, func(c *Conn) {
		q, ok := c.Request()
		if !ok {
			return
		}
		for i, f := range Cuts(k) {
			if q.Names(fmt.Sprintf("cut-%d", i)) {
				f.Play(c, q)
				return
			}
		}
	})
	u.Saw() // its clients tell nobody what they read
	return u
}

// Names reports whether a request asks for a model, in its path or in its body.
func (q Request) Names(model string) bool {
	return strings.Contains(q.Path, "/"+model+":") || strings.Contains(q.Path, "/"+model+"/") || bytes.Contains(q.Body, []byte(`"`+model+`"`))
}
