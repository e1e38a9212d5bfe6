package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/trailsift/trailsift/event"
)

// seed makes every run measure the same trail and the same rules.
const seed = 20260113

// An object holds this many records.
const (
	smallestObject = 1_000
	largestObject  = 5_000
)

// sampleRecords is the size of the sample for what takes long per record.
const (
	sampleRecords      = 1_500
	quickSampleRecords = 150
)

// An object is one log file, compressed.
type object struct {
	gzip    []byte
	records int
}

// A corpus is the trail that is measured over.
type corpus struct {
	objects []object
	sample  object // records from all over the model, so that few have the mix of all

	from     string // the model's directory
	models   []*model
	records  int
	inflated int // bytes
	deflated int // bytes
	pairs    int // distinct pairs of source and name
}

// newCorpus clones the records of the model, in random order unless that of the model is asked for: what a
// compressor finds to repeat in a stretch of the trail is then what it would find in the model.
func newCorpus(o *options) (*corpus, error) {
	c := &corpus{}
	if err := c.readModel(o.data, o.trail); err != nil {
		return nil, err
	}

	type part struct{ first, records int }
	var parts []part
	rng := rand.New(rand.NewPCG(seed, 1))
	order := func(i int) int { return i }
	if !o.ordered {
		shuffled := rng.Perm(o.records)
		order = func(i int) int { return shuffled[i] }
	}
	for at := 0; at < o.records; {
		n := smallestObject + rng.IntN(largestObject-smallestObject+1)
		if left := o.records - at; left < n+smallestObject {
			n = min(left, largestObject)
		}
		parts = append(parts, part{at, n})
		at += n
	}

	c.objects = make([]object, len(parts))
	sizes, failed := make([]int, len(parts)), make([]error, len(parts))
	var wg sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for w := range cores {
		wg.Go(func() {
			for i := w; i < len(parts); i += cores {
				var log []byte
				for k := range parts[i].records {
					log = c.clone(log, order(parts[i].first+k))
				}
				sizes[i] = len(log) + len(logHead) + len(logTail) - 1
				c.objects[i], failed[i] = pack(log, parts[i].records)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	for i, obj := range c.objects {
		c.records += obj.records
		c.inflated += sizes[i]
		c.deflated += len(obj.gzip)
	}

	var log []byte
	n := sampleRecords
	if o.quick {
		n = quickSampleRecords
	}
	for k := range n {
		log = c.clone(log, k*max(len(c.models), n)/n)
	}
	var err error
	c.sample, err = pack(log, n)
	return c, err
}

// clone appends the i-th record of the trail, and a comma.
func (c *corpus) clone(log []byte, i int) []byte {
	log = c.models[i%len(c.models)].clone(log, i/len(c.models))
	return append(log, ',')
}

const (
	logHead = `{"Records":[`
	logTail = `]}`
)

// pack makes an object of records that each have a comma behind them. The compression is that
// of most programs, level 6.
func pack(log []byte, records int) (object, error) {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if _, err := z.Write(slices.Concat([]byte(logHead), log[:len(log)-1], []byte(logTail))); err != nil {
		return object{}, err
	}
	if err := z.Close(); err != nil {
		return object{}, err
	}
	return object{buf.Bytes(), records}, nil
}

// packRecords makes an object of the given records.
func packRecords(records [][]byte) (object, error) {
	return pack(append(bytes.Join(records, []byte{','}), ','), len(records))
}

// first returns the objects that hold the first n records, or a few more.
func (c *corpus) first(n int) (objects []object, records int) {
	for _, o := range c.objects {
		if records >= n {
			break
		}
		objects = append(objects, o)
		records += o.records
	}
	return objects, records
}

// readModel reads the records below the first of the directories that exists.
func (c *corpus) readModel(dirs ...string) error {
	for _, dir := range dirs {
		if info, err := os.Stat(dir); dir == "" || err != nil || !info.IsDir() {
			continue
		}
		c.from = filepath.ToSlash(dir)
		return c.readDirectory(dir)
	}
	return fmt.Errorf("none of the directories %q exists: give one with -data or -trail", dirs)
}

func (c *corpus) readDirectory(dir string) error {
	pairs := map[pair]bool{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		for ev, err := range event.Records(f, event.File(path)) {
			if err != nil {
				if none := (*event.NoRecordsError)(nil); errors.As(err, &none) {
					continue
				} else if record := (*event.RecordError)(nil); errors.As(err, &record) {
					continue // such as a text that explains the files
				}
				return err
			}
			var record bytes.Buffer // as CloudTrail writes it, in one line
			if err := json.Compact(&record, ev.Raw()); err != nil {
				return err
			}
			c.models = append(c.models, newModel(record.Bytes()))
			pairs[pair{ev.EventSource, ev.EventName}] = true
		}
		return nil
	})
	c.pairs = len(pairs)
	if err == nil && len(c.models) == 0 {
		err = fmt.Errorf("there is no record below %s", dir)
	}
	return err
}
