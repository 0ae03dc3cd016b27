module errand

go 1.22

require github.com/magichourhq/magic-hour-go v0.74.2
