package dialect

import (
	"bytes"
	"encoding/json"
	"slices"

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

// AddressIn does the same for members of an object that has been read over, from an offset on, however often they stand in it.
// A member may be the address itself or an object with it as "url".
func (w *Walk) AddressIn(name string, from int, members ...string) {
	if w.Err() == nil && w.refusal == nil {
		w.within(name, w.Bytes(from, w.At()), members)
	}
}

func (w *Walk) within(name string, object []byte, members []string) {
	c := scan.New(object)
	if c.Kind() != scan.Object {
		return
	}
	c.Object()
	for key, ok := c.Key(); ok; key, ok = c.Key() {
		this := slices.Contains(members, string(c.Value(key, nil)))
		c.Kind()
		from := c.At()
		c.Skip()
		value := object[from:c.At()]
		switch {
		case !this, bytes.HasPrefix(value, []byte(`"data:`)): // which may be large
		case value[0] == '{':
			w.within(name, value, []string{"url"})
		default:
			var address string
			if json.Unmarshal(value, &address) == nil {
				w.address(name, address)
			}
		}
	}
}

func (w *Walk) address(name, address string) {
	if egress.Inside(address) {
		w.Refuse(name, "%q is an address in a private network, which is not passed on. Send a public https address, or the content itself.", w.Path(name))
	}
}
