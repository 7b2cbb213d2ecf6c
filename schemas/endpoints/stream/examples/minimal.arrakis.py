import arrakis

for block in arrakis.stream(["H1:GDS-CALIB_STRAIN"]):
    print(block.time, block["H1:GDS-CALIB_STRAIN"].data)
