import arrakis

# The client takes times in seconds, and sends nanoseconds.
for channel in arrakis.find(
    "H1:.*STRAIN",
    data_type=["float32", "float64"],
    min_rate=256,
    max_rate=16384,
    publisher=["H1_DAQ"],
    time=1187000000,
):
    print(channel)
