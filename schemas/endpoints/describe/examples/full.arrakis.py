import arrakis

# The client takes times in seconds, and sends nanoseconds.
channels = ["H1:GDS-CALIB_STRAIN", "L1:GDS-CALIB_STRAIN", "H1:DMT-DQ_VECTOR"]
for name, channel in arrakis.describe(channels, time=1187000000, replay_id="o3-replay").items():
    print(name, channel.sample_rate)
