package playgroundweb

import (
	"bytes"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// takes is how long a browser may take a message; then it is taken for gone, and the spending ends.
const takes = 10 * time.Second

// events writes server-sent events.
type events struct {
	c   *web.Context
	out *http.ResponseController
}

func begin(c *web.Context) *events {
	h := c.Response().Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	c.Response().WriteHeader(http.StatusOK)
	return &events{c, http.NewResponseController(c.Response())}
}

// tell writes one event and sends it off.
func (e *events) tell(name, text string) error {
	_ = e.out.SetWriteDeadline(clock.System{}.Now().Add(takes)) // by the machine's clock; what has no deadlines is no network
	if _, err := e.c.Response().Write([]byte("event: " + name + "\ndata: " + quoted(text) + "\n\n")); err != nil {
		return err
	}
	return e.out.Flush()
}

func rendered(c *web.Context, part templ.Component) (string, error) {
	var b bytes.Buffer
	err := part.Render(c.Ctx(), &b)
	return b.String(), err
}
