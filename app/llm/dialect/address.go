package dialect

import (
	"encoding/json"

	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// Address refuses the address of a picture or a document in somebody's own network. We never fetch it; a provider that runs
// in such a network would, for whoever holds a key.
func (w *Walk) Address(name string, t scan.Text) {
	if t.To > 0 {
		w.address(name, string(w.Value(t, nil)))
	}
}

// AddressIn does the same for a member of an object that has been read over, from an offset on.
func (w *Walk) AddressIn(name string, from int, members ...string) {
	if w.Err() != nil || w.refusal != nil {
		return
	}
	object := w.Bytes(from, w.At())
	for _, m := range members {
		var address string
		if at, found := Member(object, m); found && json.Unmarshal(object[at.From:at.To], &address) == nil {
			w.address(name, address)
		}
	}
}

func (w *Walk) address(name, address string) {
	if egress.Inside(address) {
		w.Refuse(name, "%q is an address in a private network, which is not passed on. Send a public https address, or the content itself.", w.Path(name))
	}
}
