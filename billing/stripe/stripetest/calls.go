package stripetest

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// do carries out one call.
func (s *Server) do(method, path string, f url.Values) (int, Object) {
	parts := strings.Split(path, "/")
	switch {
	case method == http.MethodPost && path == "customers":
		return 200, s.make("cus", Object{"object": "customer", "name": f.Get("name"), "email": f.Get("email"), "metadata": Object{"bodhi_organization": f.Get("metadata[bodhi_organization]")}})
	case method == http.MethodPost && path == "products":
		if s.objects[f.Get("id")] != nil {
			return 400, problem("invalid_request_error", "resource_already_exists", "Product already exists.")
		}
		return 200, s.make("prod", Object{"id": f.Get("id"), "object": "product", "name": f.Get("name")})
	case method == http.MethodPost && path == "prices":
		return 200, s.make("price", Object{"object": "price", "product": f.Get("product"), "currency": f.Get("currency"), "unit_amount": number(f, "unit_amount"), "lookup_key": f.Get("lookup_key"),
			"recurring": Object{"interval": f.Get("recurring[interval]")}})
	case method == http.MethodGet && path == "prices":
		return 200, list(s.all("price", func(o Object) bool { return o["lookup_key"] == f.Get("lookup_keys[0]") }))
	case method == http.MethodPost && path == "checkout/sessions":
		return s.begin(f)
	case method == http.MethodPost && len(parts) == 4 && parts[3] == "expire":
		o := s.objects[parts[2]]
		if o["status"] != "open" {
			return 400, problem("invalid_request_error", "", "This Session is not open.")
		}
		o["status"] = "expired"
		return 200, o
	case method == http.MethodPost && path == "billing_portal/sessions":
		return 200, Object{"id": "bps_1", "object": "billing_portal.session", "url": s.URL + "/portal/" + f.Get("customer")}
	case method == http.MethodGet && path == "subscriptions":
		return 200, list(s.all("subscription", func(o Object) bool { return o["customer"] == f.Get("customer") }))
	case method == http.MethodPost && len(parts) == 2 && parts[0] == "subscriptions":
		return s.change(parts[1], f)
	case method == http.MethodDelete && len(parts) == 2 && parts[0] == "subscriptions":
		o := s.objects[parts[1]]
		o["status"] = "canceled"
		s.emit("customer.subscription.deleted", o)
		return 200, o
	case method == http.MethodGet && path == "invoices":
		return 200, list(s.all("invoice", func(o Object) bool {
			return (f.Get("customer") == "" || o["customer"] == f.Get("customer")) && (f.Get("subscription") == "" || o["subscription"] == f.Get("subscription")) &&
				(f.Get("status") == "" || o["status"] == f.Get("status"))
		}))
	case method == http.MethodGet && len(parts) == 3 && parts[0] == "customers" && parts[2] == "tax_ids":
		return 200, list(s.all("tax_id", func(o Object) bool { return o["customer"] == parts[1] }))
	case method == http.MethodGet && path == "invoices/upcoming":
		return s.upcoming(f)
	}
	return 404, problem("invalid_request_error", "resource_missing", "Unrecognized request URL ("+method+" "+path+").")
}

func (s *Server) begin(f url.Values) (int, Object) {
	if s.objects[f.Get("customer")] == nil || s.objects[f.Get("line_items[0][price]")] == nil {
		return 400, problem("invalid_request_error", "resource_missing", "No such customer or price.")
	}
	if end := number(f, "subscription_data[trial_end]"); end != 0 && end < s.Now().Add(48*time.Hour).Unix() {
		return 400, problem("invalid_request_error", "", "The trial_end date has to be at least 2 days in the future.")
	}
	o := s.make("cs", Object{"object": "checkout.session", "status": "open", "mode": f.Get("mode"), "customer": f.Get("customer"), "expires_at": s.Now().Add(24 * time.Hour).Unix(),
		"price": f.Get("line_items[0][price]"), "quantity": number(f, "line_items[0][quantity]"), "trial_end": number(f, "subscription_data[trial_end]"), "success_url": f.Get("success_url")})
	o["url"] = s.URL + "/pay/" + o["id"].(string)
	return 200, o
}

func (s *Server) change(id string, f url.Values) (int, Object) {
	o := s.objects[id]
	if o == nil || o["status"] == "canceled" {
		return 404, problem("invalid_request_error", "resource_missing", "No such subscription: '"+id+"'")
	}
	item := itemOf(o)
	if item["id"] != f.Get("items[0][id]") {
		return 400, problem("invalid_request_error", "", "No such subscription item.")
	}
	if s.decline && f.Get("proration_behavior") == "always_invoice" {
		return 402, problem("card_error", "card_declined", "Your card was declined.")
	}
	due := s.proration(o, f.Get("items[0][price]"), number(f, "items[0][quantity]"), number(f, "proration_date"))
	if price := f.Get("items[0][price]"); price != "" { // else it keeps its own
		item["price"] = s.objects[price]
	}
	item["quantity"] = number(f, "items[0][quantity]")
	if due != 0 {
		s.invoice(o, due, "paid")
	}
	s.emit("customer.subscription.updated", o)
	return 200, o
}

func itemOf(o Object) Object { return o["items"].(Object)["data"].([]Object)[0] }

// proration is what the rest of a period costs after a change, less what it cost before, in cents.
func (s *Server) proration(o Object, price string, quantity, at int64) int64 {
	if o["status"] == "trialing" {
		return 0
	}
	item := itemOf(o)
	start, end := o["current_period_start"].(int64), o["current_period_end"].(int64)
	unit := item["price"].(Object)["unit_amount"].(int64)
	before, after := unit*item["quantity"].(int64), unit*quantity
	if price != "" {
		after = s.objects[price]["unit_amount"].(int64) * quantity
	}
	return (after - before) * (end - at) / (end - start)
}

func (s *Server) upcoming(f url.Values) (int, Object) {
	o := s.objects[f.Get("subscription")]
	if o == nil {
		return 404, problem("invalid_request_error", "invoice_upcoming_none", "No upcoming invoices.")
	}
	due := s.proration(o, f.Get("subscription_items[0][price]"), number(f, "subscription_items[0][quantity]"), number(f, "subscription_proration_date"))
	return 200, Object{"object": "invoice", "amount_due": due, "currency": "usd", "next_payment_attempt": o["current_period_end"],
		"lines": list([]Object{{"object": "line_item", "amount": due, "proration": true, "description": "Remaining time after the change"}})}
}

func (s *Server) invoice(sub Object, amount int64, status string) Object {
	o := s.make("in", Object{"object": "invoice", "customer": sub["customer"], "subscription": sub["id"], "status": status, "total": amount, "currency": "usd"})
	o["number"] = "BODHI-" + strings.TrimPrefix(o["id"].(string), "in_")
	o["hosted_invoice_url"], o["invoice_pdf"] = s.URL+"/i/"+o["id"].(string), s.URL+"/i/"+o["id"].(string)+".pdf"
	kind := "invoice.paid"
	if status == "open" {
		kind = "invoice.payment_failed"
	}
	s.emit(kind, o)
	return o
}
