package harness

import (
	"encoding/json"
	"net/http"
	"testing"
)

// Sandbox is bodhi sandbox in a process of its own.
type Sandbox struct {
	URL string // its base URL, as a connection has it

	root string
}

// Bill is what the sandbox would charge: the half of the truth that is not ours.
type Bill struct {
	Calls int64    `json:"calls"`
	Total int64    `json:"total_nanos"`
	List  []Charge `json:"list"`
}

// Charge is one call on the bill.
type Charge struct {
	ID     string `json:"id"`
	Client string `json:"client"` // the client's own name of the request, if it gave one
	Model  string `json:"model"`
	Input  int64  `json:"input"`
	Cached int64  `json:"cached"`
	Output int64  `json:"output"`
	Nanos  int64  `json:"nanos"`
	End    string `json:"end"`
	Stream bool   `json:"stream"`
	Pieces int    `json:"pieces"`
}

// StartSandbox runs a sandbox provider that ends with the test.
func StartSandbox(t testing.TB) *Sandbox {
	t.Helper()
	addr := FreeAddress(t)
	s := &Sandbox{URL: "http://" + addr + "/v1", root: "http://" + addr}
	p := launch(t, base(t), "sandbox", "--addr", addr, "--seed", "7")
	p.until(t, func() bool {
		resp, err := http.Get(s.root + "/__bill")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	return s
}

// Bill reads the bill so far.
func (s *Sandbox) Bill(t testing.TB) Bill {
	t.Helper()
	resp, err := http.Get(s.root + "/__bill")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var b Bill
	if err := json.NewDecoder(resp.Body).Decode(&b); err != nil {
		t.Fatal(err)
	}
	return b
}
