package web

import (
	"net/http"
	"strings"
	"testing"
)

func TestAMemberWhoIsLostKeepsTheNavigation(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://127.0.0.1:8080")
	cookie := h.logIn()
	member := h.do("GET", "/nowhere", nil, with(cookie))
	if body := member.Body.String(); member.Code != http.StatusNotFound || !strings.Contains(body, "Nothing here") || !strings.Contains(body, `aria-label="Main"`) {
		t.Errorf("a member gets %d\n%s", member.Code, body)
	}
	stranger := h.do("GET", "/nowhere", nil, nil)
	if body := stranger.Body.String(); stranger.Code != http.StatusNotFound || strings.Contains(body, `aria-label="Main"`) || strings.Contains(body, "Acme") {
		t.Errorf("a stranger gets %d\n%s", stranger.Code, body)
	}
	h.gone = true
	if w := h.do("GET", "/nowhere", nil, with(cookie)); w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "Acme") {
		t.Errorf("a removed member gets %d\n%s", w.Code, w.Body)
	}
}
