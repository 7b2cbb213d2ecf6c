import arrakis

# The client takes times in seconds, and sends nanoseconds.
channels = ["H1:GDS-CALIB_STRAIN", "L1:GDS-CALIB_STRAIN"]
for block in arrakis.stream(channels, 1187000000, 1187000001):
    for name, series in block.items():
        print(name, series.data)
