package ruleset

import (
	"context"
	"errors"
	"io"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/trailsift/trailsift/event"
)

// A Scanner goes through inputs that hold records. It counts what it reads, and is safe for
// concurrent use.
type Scanner struct {
	current                             func() *Set
	records, decoded, unreadable, other atomic.Uint64
}

// Scanner returns a new Scanner of the set.
func (s *Set) Scanner() *Scanner { return &Scanner{current: func() *Set { return s }} }

// ScanStats counts what a Scanner has read.
type ScanStats struct {
	Records    uint64 // read, whether or not a rule could match
	Decoded    uint64 // of these, records that some rule could match
	Unreadable uint64 // records that could not be read
	Other      uint64 // parts of the input that hold no records: digest files, notifications
}

// Stats returns the counts so far.
func (sc *Scanner) Stats() ScanStats {
	return ScanStats{sc.records.Load(), sc.decoded.Load(), sc.unreadable.Load(), sc.other.Load()}
}

// Scan is Scanner().Scan.
func (s *Set) Scan(ctx context.Context, r io.Reader, opts ...event.ReadOption) iter.Seq2[Result, error] {
	return s.Scanner().Scan(ctx, r, opts...)
}

// Scan judges every record that r holds, in any form that event.Records reads. It yields
// a Result for each record with findings, in shadow mode or not, or faults, in the order of the records. It finds what
// Eval over event.Records finds, but decodes only the records that some rule could match.
//
// An *event.RecordError or *event.NoRecordsError concerns a part of the input, and the scan
// goes on. After an *event.StreamError, and after the error of ctx, it ends.
//
// Rules with memory take up the records in the order in which they are scanned.
func (sc *Scanner) Scan(ctx context.Context, r io.Reader, opts ...event.ReadOption) iter.Seq2[Result, error] {
	return sc.judge(ctx, event.RawRecords(r, opts...))
}

// judge is Scan over records that have been found.
func (sc *Scanner) judge(ctx context.Context, found iter.Seq2[*event.Raw, error]) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		for it := range sc.scan(ctx, found, false) {
			if !yield(it.verdict.Result, it.err) {
				return
			}
		}
	}
}

// scan judges the records that have been found. When it is to be deferred, rules with memory only note what they look at:
// see item.remember.
func (sc *Scanner) scan(ctx context.Context, found iter.Seq2[*event.Raw, error], deferred bool) iter.Seq[item] {
	return func(yieldItem func(item) bool) {
		set := sc.current()
		w := set.work.Get().(*worker)
		defer func() { w.core.work.Put(w) }()
		yield := func(v verdict, err error) bool { return yieldItem(item{verdict: v, err: err, set: set}) }
		var records, decoded uint64
		defer func() {
			sc.records.Add(records)
			sc.decoded.Add(decoded)
		}()
		for raw, err := range found {
			if err != nil {
				sc.count(err)
				if !yield(verdict{}, err) {
					return
				}
				continue
			}
			if records++; records%256 == 1 && ctx.Err() != nil {
				yield(verdict{}, ctx.Err())
				return
			}
			if set = sc.current(); set.core != w.core {
				w.core.work.Put(w)
				w = set.work.Get().(*worker)
			}
			out, full, err := w.scan(set, raw, records == 1)
			if full {
				decoded++
			}
			if len(out.pending) > 0 && deferred {
				it := item{out, nil, set, w.room}
				w.room = rooms.Get().(*room)
				if !yieldItem(it) {
					return
				}
				continue
			}
			w.remember(ctx, set, &out)
			if err != nil {
				err = &event.RecordError{Location: raw.Location, Err: err}
				records--
				sc.count(err)
			} else if out.empty() {
				continue
			}
			if !yield(out, err) {
				return
			}
		}
	}
}

func (sc *Scanner) count(err error) {
	var none *event.NoRecordsError
	var record *event.RecordError
	switch {
	case errors.As(err, &none):
		sc.other.Add(1)
	case errors.As(err, &record):
		sc.unreadable.Add(1)
	}
}

// An Input is one object to scan: a file, an S3 object, a payload.
type Input struct {
	Name string // stands in each event.Location
	Open func() (io.ReadCloser, error)
}

// An InputError reports an input that could not be opened.
type InputError struct {
	Name string
	Err  error
}

func (e *InputError) Error() string { return e.Name + ": " + e.Err.Error() }

// Unwrap returns e.Err.
func (e *InputError) Unwrap() error { return e.Err }

// ScanAll scans inputs on the given number of goroutines, each input on one of them, or one after the other where that
// is 1 or less. It yields what Scan does, in the order of the inputs and of the records in them: the number of
// workers changes nothing but the time it takes. Rules with memory take up the records in that order, too;
// inputs should come in the order of time, as near as their names tell. What is read ahead is bounded, and what was
// judged does not wait for an input to be read further. An input that cannot be opened is an *InputError, and the scan
// goes on.
func (sc *Scanner) ScanAll(ctx context.Context, inputs iter.Seq[Input], workers int, opts ...event.ReadOption) iter.Seq2[Result, error] {
	if workers <= 1 {
		return sc.scanEach(ctx, inputs, opts)
	}
	return func(yield func(Result, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var wg sync.WaitGroup
		defer wg.Wait()
		defer cancel()

		todo := make(chan job)             // to the workers
		order := make(chan job, 2*workers) // to the loop below
		wg.Go(func() {
			defer close(todo)
			defer close(order)
			for in := range inputs {
				j := job{in, make(chan []item, maxAhead)}
				// In this order: a job that a worker has is also one that will be drained.
				select {
				case order <- j:
				case <-ctx.Done():
					return
				}
				select {
				case todo <- j:
				case <-ctx.Done():
					close(j.out)
					return
				}
			}
		})
		for range workers {
			wg.Go(func() {
				for j := range todo {
					sc.run(ctx, j, opts)
				}
			})
		}
		for j := range order {
			for batch := range j.out {
				for i := range batch {
					it := &batch[i]
					if it.remember(ctx); it.err == nil && it.verdict.empty() {
						continue
					}
					if !yield(it.verdict.Result, it.err) {
						return
					}
				}
			}
		}
		if err := ctx.Err(); err != nil {
			yield(Result{}, err)
		}
	}
}

// scanEach scans one input after the other.
func (sc *Scanner) scanEach(ctx context.Context, inputs iter.Seq[Input], opts []event.ReadOption) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		for in := range inputs {
			for it := range sc.input(ctx, in, opts, nil) {
				if !yield(it.verdict.Result, it.err) {
					return
				}
			}
			if ctx.Err() != nil {
				break
			}
		}
		if err := ctx.Err(); err != nil {
			yield(Result{}, err)
		}
	}
}

// input is scan over one input, deferred where it is told what to do before the input is asked for more.
func (sc *Scanner) input(ctx context.Context, in Input, opts []event.ReadOption, flush func()) iter.Seq[item] {
	return func(yield func(item) bool) {
		f, err := in.Open()
		if err != nil {
			yield(item{err: &InputError{in.Name, err}})
			return
		}
		defer f.Close()
		var r io.Reader = f
		if flush != nil {
			r = flushing{f, flush}
		}
		opts := append([]event.ReadOption{event.File(in.Name)}, opts...)
		for it := range sc.scan(ctx, event.RawRecords(r, opts...), flush != nil) {
			if ctx.Err() != nil || !yield(it) {
				return
			}
		}
	}
}

// flushing is a reader that may be slow: nothing is to be held back while it is waited for.
type flushing struct {
	io.Reader
	flush func()
}

func (f flushing) Read(p []byte) (int, error) {
	f.flush()
	return f.Reader.Read(p)
}

type job struct {
	input Input
	out   chan []item
}

// What an input may be ahead of those before it. What an object of ordinary size gives fits in, so that its worker
// does not wait for them.
const (
	maxAhead = 32 // batches
	maxBatch = 32 // items
)

type item struct {
	verdict verdict
	err     error
	set     *Set  // that judged
	room    *room // of what the verdict leaves to the store, if anything
}

// remember lets the store take up what was deferred.
func (it *item) remember(ctx context.Context) {
	if it.room == nil {
		return
	}
	w := it.set.work.Get().(*worker)
	w.remember(ctx, it.set, &it.verdict)
	it.set.work.Put(w)
	rooms.Put(it.room)
}

// run scans one input and closes its channel.
func (sc *Scanner) run(ctx context.Context, j job, opts []event.ReadOption) {
	defer close(j.out)
	var batch []item
	flush := func() {
		if len(batch) == 0 {
			return
		}
		select {
		case j.out <- batch:
			batch = make([]item, 0, maxBatch)
		case <-ctx.Done():
		}
	}
	for it := range sc.input(ctx, j.input, opts, flush) {
		if batch = append(batch, it); len(batch) >= maxBatch {
			flush()
		}
		if ctx.Err() != nil {
			return
		}
	}
	flush()
}
