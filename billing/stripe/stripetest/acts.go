package stripetest

import "time"

// What people and time do at Stripe.

// Pay fills in a checkout's form: its subscription begins, on trial or paid. It is the subscription's id.
func (s *Server) Pay(session string) string {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.objects[session]
	if c["status"] != "open" {
		s.t.Fatalf("the checkout %s is %v", session, c["status"])
	}
	c["status"] = "complete"
	start, status := s.Now(), "active"
	end := start.AddDate(0, 1, 0)
	if t := c["trial_end"].(int64); t != 0 {
		end, status = time.Unix(t, 0), "trialing"
	}
	item := Object{"id": "si_" + session, "object": "subscription_item", "price": s.objects[c["price"].(string)], "quantity": c["quantity"]}
	sub := s.make("sub", Object{"object": "subscription", "customer": c["customer"], "status": status, "items": list([]Object{item}), "cancel_at_period_end": false,
		"current_period_start": start.Unix(), "current_period_end": end.Unix()})
	s.emit("checkout.session.completed", c)
	s.emit("customer.subscription.created", sub)
	if status == "active" {
		s.invoice(sub, whole(sub), "paid")
	}
	return sub["id"].(string)
}

func whole(sub Object) int64 {
	item := itemOf(sub)
	return item["price"].(Object)["unit_amount"].(int64) * item["quantity"].(int64)
}

// Renew begins the next period of a subscription: its invoice is paid, or stays open where cards are declined.
func (s *Server) Renew(subscription string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := s.objects[subscription]
	start := s.Now()
	sub["current_period_start"], sub["current_period_end"] = start.Unix(), start.AddDate(0, 1, 0).Unix()
	status := "active"
	if s.decline {
		status = "past_due"
	}
	sub["status"] = status
	if s.decline {
		s.invoice(sub, whole(sub), "open")
	} else {
		s.invoice(sub, whole(sub), "paid")
	}
	s.emit("customer.subscription.updated", sub)
}

// Settle pays what is open.
func (s *Server) Settle(subscription string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := s.objects[subscription]
	for _, o := range s.all("invoice", func(o Object) bool { return o["subscription"] == subscription && o["status"] == "open" }) {
		o["status"] = "paid"
		s.emit("invoice.paid", o)
	}
	sub["status"] = "active"
	s.emit("customer.subscription.updated", sub)
}

// CancelAtEnd is what a customer does in the portal.
func (s *Server) CancelAtEnd(subscription string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[subscription]["cancel_at_period_end"] = on
	s.emit("customer.subscription.updated", s.objects[subscription])
}

// End ends a subscription.
func (s *Server) End(subscription string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[subscription]["status"] = "canceled"
	s.emit("customer.subscription.deleted", s.objects[subscription])
}

// Paid is what all paid invoices add up to, in cents, and how many there are.
func (s *Server) Paid() (total int64, invoices int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.all("invoice", func(o Object) bool { return o["status"] == "paid" }) {
		total += o["total"].(int64)
		invoices++
	}
	return total, invoices
}

// Quantity is a subscription's number of seats.
func (s *Server) Quantity(subscription string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return itemOf(s.objects[subscription])["quantity"].(int64)
}

// PerSeat is what a seat of a subscription costs, in cents.
func (s *Server) PerSeat(subscription string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return itemOf(s.objects[subscription])["price"].(Object)["unit_amount"].(int64)
}

// Subscriptions are all of a status.
func (s *Server) Subscriptions(status string) (out []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.all("subscription", func(o Object) bool { return o["status"] == status }) {
		out = append(out, o["id"].(string))
	}
	return out
}

// TaxNumber is what a customer enters in the portal; state is what the country's register says of it.
func (s *Server) TaxNumber(subscription, country, value, state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.make("txi", Object{"object": "tax_id", "customer": s.objects[subscription]["customer"], "country": country, "value": value, "verification": Object{"status": state}})
}
