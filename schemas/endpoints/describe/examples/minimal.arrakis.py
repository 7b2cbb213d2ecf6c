import arrakis

for name, channel in arrakis.describe(["H1:GDS-CALIB_STRAIN"]).items():
    print(name, channel.sample_rate)
