"""What the generated brand's world is called: a maker of home appliances that sells across China."""

REGIONS: dict[str, tuple[str, str, dict[str, tuple[str, list[str]]]]] = {
    "cn-east": ("华东 East China", "shanghai", {
        "cn-sh": ("上海 Shanghai", ["上海"]),
        "cn-js": ("江苏 Jiangsu", ["南京", "苏州", "无锡"]),
        "cn-zj": ("浙江 Zhejiang", ["杭州", "宁波", "温州"]),
        "cn-sd": ("山东 Shandong", ["济南", "青岛"]),
        "cn-ah": ("安徽 Anhui", ["合肥"]),
    }),
    "cn-south": ("华南 South China", "guangzhou", {
        "cn-gd": ("广东 Guangdong", ["广州", "深圳", "佛山", "东莞"]),
        "cn-fj": ("福建 Fujian", ["福州", "厦门"]),
        "cn-gx": ("广西 Guangxi", ["南宁"]),
        "cn-hi": ("海南 Hainan", ["海口"]),
    }),
    "cn-north": ("华北 North China", "shanghai", {
        "cn-bj": ("北京 Beijing", ["北京"]),
        "cn-tj": ("天津 Tianjin", ["天津"]),
        "cn-he": ("河北 Hebei", ["石家庄", "唐山"]),
        "cn-sx": ("山西 Shanxi", ["太原"]),
    }),
    "cn-central": ("华中 Central China", "guangzhou", {
        "cn-hb": ("湖北 Hubei", ["武汉", "宜昌"]),
        "cn-hn": ("湖南 Hunan", ["长沙"]),
        "cn-ha": ("河南 Henan", ["郑州", "洛阳"]),
    }),
    "cn-southwest": ("西南 Southwest China", "chengdu", {
        "cn-sc": ("四川 Sichuan", ["成都", "绵阳"]),
        "cn-cq": ("重庆 Chongqing", ["重庆"]),
        "cn-yn": ("云南 Yunnan", ["昆明"]),
    }),
    "cn-northwest": ("西北 Northwest China", "chengdu", {
        "cn-sn": ("陕西 Shaanxi", ["西安"]),
        "cn-gs": ("甘肃 Gansu", ["兰州"]),
    }),
}  # fmt: skip
"""Region -> name, its warehouse, its provinces -> name, cities."""

WAREHOUSES = {
    "shanghai": ("上海中心仓 Shanghai DC", "cn-sh"),
    "guangzhou": ("广州仓 Guangzhou DC", "cn-gd"),
    "chengdu": ("成都仓 Chengdu DC", "cn-sc"),
}

HOUSES = [
    *("恒信", "宏达", "瑞丰", "华美", "金桥", "天和", "永安", "新锐", "嘉禾", "明远"),
    *("Lianhe", "Haoyun", "Sunway", "Topline", "Everbright"),
]

CHANNELS: dict[str, tuple[int, list[str], int]] = {
    "direct": (6, ["直营中心", "Direct Centre"], 0),
    "distributor": (26, ["经销有限公司", "Distribution", "商贸有限公司"], 12),
    "agent": (28, ["代理商行", "Agency"], 8),
    "retailer": (58, ["家电连锁", "电器城", "Home Retail"], 5),
    "store": (50, ["专卖店", "体验店", "Store"], 3),
    "ecommerce": (18, ["电子商务", "Online Flagship"], 6),
    "social": (14, ["优选社群", "Social Shop"], 4),
}
"""Channel type -> number of partners, endings of their names, discount in percent."""

CATALOGUE: dict[str, dict[str, tuple[str, int]]] = {
    "厨房 Kitchen": {
        "Rice cookers": ("电饭煲 Rice Cooker", 399),
        "Kettles": ("电热水壶 Kettle", 129),
        "Blenders": ("破壁机 Blender", 459),
        "Cookware": ("锅具 Cookware", 169),
    },
    "空气与水 Air and Water": {
        "Air purifiers": ("空气净化器 Air Purifier", 1499),
        "Water purifiers": ("净水器 Water Purifier", 1899),
        "Humidifiers": ("加湿器 Humidifier", 219),
        "Fans": ("循环扇 Fan", 249),
    },
    "清洁 Cleaning": {
        "Vacuum cleaners": ("吸尘器 Vacuum Cleaner", 899),
        "Robots": ("扫地机器人 Robot Cleaner", 2299),
        "Mops": ("拖把 Mop", 59),
    },
    "个护 Personal Care": {
        "Hair dryers": ("吹风机 Hair Dryer", 269),
        "Toothbrushes": ("电动牙刷 Toothbrush", 149),
    },
    "配件 Parts": {
        "Filters": ("滤芯 Filter", 79),
        "Brushes and heads": ("刷头 Brush Head", 29),
    },
}
"""Category -> subcategory -> what a product is called, usual price in CNY."""

COLOURS = ["White", "Black", "Grey", "Mint", "Rose"]
