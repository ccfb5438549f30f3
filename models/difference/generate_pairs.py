"""Writes pairs/generated.jsonl: question pairs from slots (families of mutually exclusive values), macros (synonyms that
must not count) and topics with rival frames. Deterministic: the same script writes the same file.

usage: python3 generate_pairs.py [COUNT]
"""
import json
import random
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
R = random.Random(11)
# ---- synonym macros: must NOT count as a difference
M={
'how':'怎么|如何|咋|怎样|怎么才能|要怎么','howto':'怎么办|咋办|怎么处理|怎么解决|咋整','price':'多少钱|什么价|啥价|价格是多少|几块钱|怎么收费|要花多少','long':'多久|多长时间|几天|多少天|要等多久',
'when':'什么时候|啥时候|何时|几号|哪天','where':'在哪|哪里|在哪里|在哪儿|去哪','can':'能不能|可以|能|可不可以|可以不可以','q':'吗|么|不|不呢|呀',
'want':'我想|想|我要|请问|您好|你好，|麻烦问下|亲，|','tail':'啊|呢|呀|？|?||||','buy':'买|购买|入手|下单','bad':'坏了|出故障了|用不了了|出毛病了|不工作了','fix':'修|维修|报修|修理',
'refund':'退款|退钱|把钱退回来|退费','goods':'商品|东西|货|宝贝','do':'办理|办|申请|申办','open':'开通|打开|开|启用','close':'关闭|关掉|停掉|停用|取消','cancelacc':'注销|销掉|注销掉',
'cancel':'取消|撤销|撤掉|退掉','look':'查询|查|查看|看','cheap':'优惠|折扣|便宜','kid':'孩子|小孩|娃|宝宝','old':'老人|长辈|老年人','forget':'忘了|忘记了|想不起来了|不记得了',
'app':'app|软件|应用|客户端','shop':'店|门店|店铺','openh':'开门|营业|上班','closeh':'关门|打烊|下班','parcel':'快递|包裹|件','fee':'费用|手续费|费','post':'运费|邮费|快递费',
'got':'收到|拿到|领到','recharge':'充值|充|充钱进','login':'登录|登陆|登','acc':'账号|帐号|账户','bind':'绑定|绑|关联','warr':'保修|质保|保修期','need':'需要|要|得','whatdoc':'什么材料|哪些材料|什么资料|啥手续|什么证件',
'sign':'报名|报|参加','change':'修改|改|更改|变更','lost':'丢了|遗失了|弄丢了|不见了|掉了','connect':'连接|连|连上|接','last':'有效期多长|能用多久|多久过期|保留多久','send':'寄|发|邮寄','arrive':'到|送到|到货|送达',
'inst':'安装|装','mean':'是什么意思|代表什么|啥意思|表示什么','use':'怎么用|如何使用|咋用|使用方法','pay':'付款|支付|付钱|交钱','apply':'申请|申报|申办','get':'领取|领|拿','score':'积分|分','exch':'兑换|换|兑','deliver':'送货|配送|派送|发货',
'early':'提前|先','reserve':'预约|约|预订','report':'报告|结果','stop':'停办|停了|停用','card':'卡','big':'多大|什么尺寸|大小多少','can2':'能|可以|可否',
}
# ---- slots: families of mutually exclusive values. a value may be 'a/b/c' = same value written in several ways
S={
'appl':'冰箱/电冰箱 洗衣机 空调 电视/电视机 油烟机/抽油烟机 热水器 洗碗机 微波炉 烤箱 净水机/净水器 扫地机/扫地机器人 吸尘器 空气炸锅 电饭煲/电饭锅 投影仪 加湿器 除湿机 风扇/电风扇',
'digi':'手机 平板/平板电脑 耳机 手表/智能手表 笔记本/笔记本电脑 音箱 相机 键盘 鼠标 充电宝/移动电源 路由器 打印机 显示器',
'model':'p40 p50 p60/p60pro mate30 note9 note10 s21 s22 z3 z5 g7 g8 k30 k40 a52 a53 x100 x200 t5 t6 r15 r17 u2 q7 m3 m5',
'mver':'一代/1代/第一代 二代/2代/第二代 三代/3代/第三代 五代/5代/第五代 六代/6代/第六代','ver':'v1/1.0版 v2/2.0版 v3/3.0版 v4 v5.1 v6','edition':'标准版 专业版 旗舰版 青春版 基础版 企业版',
'os':'安卓/android 苹果/ios/iphone 鸿蒙','pc':'windows/win系统 mac/苹果电脑 linux','winv':'win7 win10 win11 winxp','browser':'谷歌浏览器/chrome 火狐浏览器 ie浏览器 edge','net':'3g 4g 5g',
'drink':'拿铁 美式 奶茶 柠檬茶 果汁 摩卡 豆浆 可乐 气泡水 卡布奇诺','food':'披萨 汉堡 炸鸡 寿司 火锅 蛋糕 面包 饺子 麻辣烫 沙拉','flavor':'草莓味 芒果味 原味 巧克力味 抹茶味 香草味','fruit':'🍎 🍌 🍇 🍑 🥝 🍊','cup':'大杯 中杯 小杯 超大杯',
'cloth':'羽绒服 牛仔裤 衬衫 连衣裙 运动鞋 毛衣 西装 外套 睡衣 靴子','color':'红色 黑色 白色 蓝色 粉色 灰色','size':'s码 m码 l码 xl码 xxl码','material':'真皮 纯棉 羊毛 涤纶 真丝',
'bcard':'信用卡 储蓄卡/借记卡 社保卡 公交卡 饭卡 购物卡 加油卡','loan':'房贷 车贷 消费贷/消费贷款 助学贷款 经营贷','insur':'车险 意外险 医疗险 寿险 重疾险 养老保险 失业保险 生育保险','curr':'美元 欧元 日元 港币 英镑','bank':'工行/工商银行 农行/农业银行 建行/建设银行 招行/招商银行 中行/中国银行',
'ticket':'火车票/高铁票 机票/飞机票 汽车票 船票 电影票 演唱会门票','cabin':'经济舱 商务舱 头等舱','room':'大床房 双床房/标间 套房 家庭房','meal':'早餐 午餐 晚餐 下午茶','attr':'儿童票 成人票 学生票 老人票','vehicle':'小轿车/轿车 货车 摩托车 电动车/电瓶车 自行车 房车',
'subj':'数学 英语 语文 物理 化学 历史 编程 美术 钢琴 舞蹈','lang':'python java c++ c# c语言 go','course':'入门班 进阶班/提高班 冲刺班 一对一/1对1 小班课 体验课','grade':'一年级 三年级 五年级 初一/七年级 初三/九年级 高一 高三','exam':'中考 高考 考研 四级/英语四级 六级/英语六级 公务员考试/公考 教师资格证考试/教资考试','book':'教材/课本 练习册 试卷 讲义','season':'春季 夏季 秋季 冬季','vac':'寒假 暑假 国庆假期 五一假期','term':'上学期 下学期',
'doc':'身份证 护照 户口本 驾照/驾驶证 结婚证 居住证 营业执照 社保卡 港澳通行证 房产证/不动产证 出生证明','lic':'c1 c2 b1 b2 a1','permit':'暂住证 准生证 残疾证 老年证 退役军人优待证','city':'海州 云溪市/云溪 临泽市/临泽 白河 石桥市/石桥 南屏','province':'广东 四川 浙江 湖南 新疆','country':'日本 泰国 美国 英国 韩国 德国 香港 澳门 台湾','branch':'人民路店 解放路店 中山广场店 滨江店 火车站店 大学城店','street':'东风路 文化路 建设街 长安路 梧桐巷','campus':'东校区 西校区 南校区 北校区 滨湖校区','district':'东城区 西城区 新港区 江北区 高新区','dept':'儿科 内科 外科 眼科 牙科/口腔科 皮肤科 妇科','floor':'一楼/1楼/1层 二楼/2楼/2层 三楼/3楼 五楼/5楼 负一楼/b1层','window':'1号窗口 2号窗口 3号窗口 5号窗口','bldg':'a座 b座 c座 d座','seat':'靠窗 过道',
'fest':'春节/过年 中秋/中秋节 端午/端午节 国庆/国庆节 元旦 五一/劳动节 清明/清明节 元宵节','promo':'双十一/双11/11.11 618 双十二/双12 年货节 周年庆/店庆 开学季 女神节','month':'1月/一月 3月/三月 5月/五月 6月 9月/九月 10月/十月 12月','year':'2023年/23年 2024年/24年 2025年/25年 2026年/26年 2027年/27年','wday':'周一/星期一/礼拜一 周三/星期三 周五/星期五 周六/星期六/礼拜六 周日/星期天/礼拜天','wd2':'周末 工作日 节假日','tod':'早上/早晨 中午 下午 晚上/晚间 凌晨 半夜','clock':'7点/七点 8点/八点 9点/九点 10点 18点/下午6点 20点/晚上8点',
'dur':'3天/三天 7天/七天/一周/一星期 15天/十五天 30天 60天 90天','dur2':'1个月/一个月 3个月/三个月/一个季度 6个月/半年/六个月 12个月/一年/1年 24个月/两年/2年','hour':'12小时 24小时/1天 36小时 48小时/2天/两天 72小时/3天','mins':'10分钟 15分钟 30分钟/半小时 45分钟 60分钟/1小时',
'yuan':'10元/10块/十块钱 20元/20块 50元/五十块 100元/100块/一百块 200元/两百块/200 300元/300块 500元/五百元 1000元/一千块 2000元','data':'1gb/1g 5gb/5g流量/5个g 10gb/10个g 20gb/20g 50gb 100gb/100g','speed':'100m/100兆/一百兆 200m/200兆 300m/300兆 500m/500兆 1000m/千兆','weight':'1公斤/1kg/2斤/一公斤 3公斤/3kg 5公斤/5kg/10斤 10公斤/20斤 20公斤','vol':'1升/1l 1.5升/1.5l 3升/3l 5升/5l 500毫升/500ml','age':'3岁/三岁 6岁/六岁 12岁 16岁/十六岁 18岁/十八岁 60岁/六十岁 70岁/七十岁','arange':'1-3岁/一到三岁 3-6岁/3到6岁 7-12岁 6-12个月','count':'2个 3个 5个 10个 20个 50个','people':'一个人/单人 两个人/2人/俩人 三个人/3人 五个人/5人 十个人/10人','periods':'3期/三期 6期/六期 12期/十二期 24期','temp':'0-4度 -18度 10度 25度 40度','pct':'5折/五折/半价 7折 8折/八折 9折/九折',
'level':'普通会员 银卡会员/银卡 金卡会员/金卡 钻石会员/钻石卡 铂金会员','star':'三星/3星 四星/4星 五星/5星','tier':'第一档/一档 第二档/二档 第三档/三档','plan':'畅聊58套餐 畅聊88套餐 星火129套餐 星火199套餐 尊享299套餐','ulevel':'新用户/新客 老用户/老客','vip':'月卡 季卡 年卡 周卡','grade2':'a级 b级 a+级 s级','role':'学生 老师/教师 家长 医生/大夫 军人 公务员','rel':'本人/自己 父母/爸妈 配偶/老婆 朋友 同事 邻居','ident':'个人 企业/公司 个体户/个体工商户 学校','payer':'商家/卖家 买家/顾客 平台','sender':'收件人 寄件人','paym':'微信/微信支付 支付宝 银行卡 现金 花呗','ship':'自提/自取 快递/快递送货 同城配送/骑手配送 冷链','inv':'电子发票/电子票 纸质发票/纸质票 专用发票/专票 普通发票','who3':'外国人 外地人 本地人 未成年人 退休人员',
'state':'未发货/还没发货/没发货 已发货/已经发货 已签收/签收了 待付款/还没付款','bfaf':'开课前/还没开课 开课后/已经开课','expire':'过期/过期了/失效 快到期/快过期 被冻结/冻结了 被盗/被盗刷','fault':'不制冷 不启动/启动不了 漏水 噪音大/声音大 不通电 不加热 黑屏 自动关机','fault2':'没声音 没画面 卡顿/很卡 闪退 打不开 连不上网/没网','dmg':'破损/坏了 少件/少发了 发错/发错货 变质/坏掉变味','light':'红灯 绿灯 黄灯 蓝灯','err':'e1 e2 e3 f5 f6 h3','icon':'♥ ★ ● ▲ ■ ◆','pet':'狗/狗狗/犬 猫/猫咪 兔子 仓鼠','house':'租房 买房 装修 自建房','house2':'公租房 廉租房 人才公寓 经济适用房','sport':'游泳 羽毛球 篮球 瑜伽 健身','part':'滤芯 电池 屏幕 充电器 遥控器 门封 排水管','accf':'密码/登录密码 支付密码 手机号/手机号码 邮箱 昵称 头像','svc':'国际漫游/漫游 来电显示 呼叫转移/呼转 彩铃 黑名单','sim':'主卡 副卡','util':'水费 电费 燃气费/煤气费 话费 宽带费 物业费','fund':'公积金 社保 医保 年金','boxs':'1号 2号 3号 5号',
}
S={k:[v.split('/') for v in s.split(' ')] for k,s in S.items()}
# opposites used as rival frames come from topics
# ---- topics: each topic = list of frames (rivals: different questions about the same slots); each frame = variants (same meaning)
T=[
('appl',[['{want}{appl}{fault}{howto}{tail}','{appl}{fault}了，{howto}','家里{appl}{fault}，{how}{fix}','{buy}的{appl}老是{fault}，帮我看看{howto}'],['{appl}{how}清洗{tail}','{want}清洗{appl}，{how}弄'],['{appl}{inst}{price}{tail}','{inst}{appl}{fee}怎么算','{inst}一台{appl}{price}'],['{appl}拆机{price}','拆{appl}{price}','拆一台{appl}收多少钱'],['{appl}{warr}{long}{tail}','{buy}的{appl}{warr}几年','{appl}的{warr}期多长']]),
('digi',[['{model}{digi}{how}{connect}wifi{tail}','{digi}{model}{connect}无线网{how}弄','{model}连不上wifi{howto}'],['{model}{digi}{how}恢复出厂设置','{model}恢复出厂{how}操作','{digi}{model}怎么重置'],['{model}{digi}换{part}{price}','{digi}{model}{part}更换{fee}多少','{model}的{part}坏了换一个{price}'],['{model}{digi}支持{net}{q}','{digi}{model}{can}用{net}']]),
('gen',[['{mver}{digi}{how}升级系统{tail}','{digi}{mver}系统升级{how}弄','{mver}的{digi}想升级'],['{mver}{appl}的{part}多久换一次','{appl}{mver}{part}{long}要换','{part}要多长时间换（{mver}{appl}）'],['{appl}{light}一直闪{mean}','{appl}上的{light}闪{howto}','{appl}亮{light}啥意思'],['{appl}显示{err}{mean}','{appl}报{err}{howto}','屏幕上出现{err}，{appl}怎么了']]),
('soft',[['{os}手机{how}下载{edition}{app}','{edition}{app}{os}版{where}下','{os}系统{inst}{edition}{app}{how}弄'],['{winv}电脑{how}{inst}客户端','{winv}{inst}客户端的步骤','{winv}怎么装你们的电脑软件'],['{winv}电脑{how}卸载客户端','{winv}卸载客户端的步骤','客户端{winv}上怎么删掉'],['{app}{fault2}{howto}{tail}','{os}手机{app}{fault2}','打开{app}{fault2}，{howto}'],['{ver}模板{how}导入{tail}','导入{ver}的模板{how}弄'],['{ver}模板{how}导出{tail}','把{ver}模板导出来{how}操作']]),
('acc',[['{how}{change}{accf}{tail}','{accf}{how}{change}','{want}换个{accf}，{where}操作'],['{accf}{forget}{howto}','{forget}{accf}{how}找回','{accf}想不起来，咋整'],['{how}{bind}{paym}{tail}','{paym}{where}{bind}','{want}{bind}{paym}，{where}弄'],['{how}解绑{paym}{tail}','{paym}{where}解除绑定','不想用{paym}了，{how}解绑'],['{how}注册{acc}{tail}','{acc}注册{how}弄','新人没{acc}，{where}注册'],['{how}{cancelacc}{acc}{tail}','{acc}不想要了{how}{cancelacc}','{acc}{cancelacc}{where}操作']]),
('order',[['{state}的订单{how}{cancel}{tail}','订单{state}，想{cancel}{howto}','{state}的单子不想要了{how}撤'],['{state}的订单{how}{change}地址','{state}了，收货地址填错{how}改','地址写错了，订单{state}{can}改'],['收到{dmg}的{goods}{howto}','{goods}{dmg}了，{howto}','{got}发现{dmg}，{how}售后'],['{promo}{buy}的{appl}价保{long}','{promo}下单的{appl}{can}保价，保几天','{appl}{promo}买的降价了，价保期多长'],['{promo}满{yuan}减多少','{promo}满{yuan}能减几块','{promo}买够{yuan}便宜多少'],['退货后{refund}{long}到账','退了{goods}，钱多久回来','{refund}多长时间能到卡里'],['换货后新的{long}{arrive}','换了货，新的几天能{arrive}'],['退货{post}谁出','退货的{post}是{payer}付{q}','退回去的{post}算谁的']]),
('inv',[['{inv}{how}开{tail}','{how}开{inv}','{buy}了{digi}，想要{inv}，{where}开','开{inv}{how}弄'],['{inv}抬头开错了{howto}','{inv}抬头写错{can}改','改{inv}的抬头{how}操作'],['{inv}{long}能开出来','{inv}几天能{got}','申请了{inv}要等多久'],['{inv}{how}作废','开好的{inv}{can}作废']]),
('parcel',[['市内{send}{weight}的{parcel}{price}','同城{send}{weight}{price}','{send}个{weight}的{parcel}，本市，{price}'],['{send}{parcel}到{country}{need}{whatdoc}','往{country}{send}{parcel}要带啥','{send}东西去{country}{need}什么证件'],['{send}{parcel}到{country}{long}','往{country}{send}东西几天{arrive}'],['{fest}期间{parcel}还送{q}','{fest}{deliver}{q}','{fest}那几天{parcel}停不停'],['{parcel}{lost}赔多少','{lost}的{parcel}怎么赔','{parcel}{lost}{howto}'],['{boxs}纸箱{price}','{boxs}的纸箱子{price}','纸箱{boxs}卖多少钱'],['{tod}{clock}能上门取件{q}','{clock}（{tod}）{can}来收件','上门取件{tod}{clock}行不行'],['{parcel}代收点免费放{long}','{parcel}放驿站{long}不收钱'],['{sender}拒收{post}谁出','{sender}不要{parcel}了，{post}算谁的'],['取{parcel}要带什么','{rel}去取{parcel}带什么证件']]),
('tel',[['{plan}每月有多少流量','{plan}一个月流量多少','{plan}含几个g流量'],['{plan}每月有多少分钟通话','{plan}能打多少分钟电话','{plan}含多少通话时间'],['{how}{open}{svc}{tail}','{svc}{where}{open}','{want}{open}{svc}，{how}弄'],['{how}{close}{svc}{tail}','{svc}不用了{how}{close}','{svc}{where}{close}'],['{data}流量包{price}','加{data}流量{price}','买{data}的流量包{need}多少钱'],['{speed}宽带包年{price}','{speed}的宽带一年{price}','办一年{speed}宽带{price}'],['{sim}每月{price}','{sim}月租{price}','一张{sim}一个月多少钱'],['换{net}要换卡{q}','用{net}需要换手机卡{q}','升{net}老卡{can}用'],['{star}用户每年免费几次贵宾厅','{star}客户一年能免费去几次贵宾厅'],['充{yuan}话费送多少','{promo}充{yuan}送多少','{recharge}{yuan}话费有什么赠送'],['{lost}手机卡，{rel}{how}补','手机卡{lost}{rel}能补{q}'],['携号转入{how}{do}','把号码转进来{how}弄'],['携号转出{how}{do}','把号码转走{how}弄']]),
('food',[['{cup}{drink}{price}','{drink}{cup}{price}','来一杯{cup}{drink}几块钱'],['{drink}多少大卡','{drink}热量多少','一杯{drink}卡路里高{q}'],['{drink}含糖多少','{drink}一杯有多少糖'],['{flavor}{food}{price}','{food}{flavor}的{price}','{flavor}的{food}卖{price}'],['{fruit}冰沙{price}','那个{fruit}的冰沙{price}'],['菜单上的{icon}{mean}','菜名旁边有个{icon}，{mean}','{icon}标志{mean}'],['{branch}{tod}几点{openh}','{branch}几点{openh}','{branch}{wday}几点{openh}'],['{branch}几点{closeh}','{branch}{tod}营业到几点','{branch}开到几点'],['{fest}当天{shop}几点{closeh}','{fest}那天营业到几点','{fest}开到多晚'],['{drink}洒了{howto}','外卖{drink}漏了{howto}','送来的{drink}全洒了，{howto}'],['{score}能换{drink}{q}','拿{score}{exch}{drink}要多少分'],['{wday}{pct}券{use}','{pct}券周{wday}能用{q}'],['{ulevel}券{how}{get}','{ulevel}优惠券{where}{get}','{ulevel}的券在哪拿'],['生日券{how}{get}','过生日有券{q}，{where}领'],['{level}每月送几张券','{level}一个月有几张优惠券'],['{food}套餐几个人吃','{people}吃{food}点多大的']]),
('edu',[['{subj}{course}{when}开课','{course}{subj}几号开班','{subj}的{course}哪天开始上'],['{subj}{course}{price}','{course}的{subj}{price}','上{subj}{course}学费多少'],['{lang}{course}{when}开课','{lang}的{course}几号开'],['{grade}{subj}{book}答案{where}下载','{book}答案（{grade}{subj}）{where}下','{grade}{subj}{book}的答案去哪找'],['{bfaf}{how}退课','{bfaf}想退课{howto}','{bfaf}退课的流程'],['{bfaf}{how}换班','{bfaf}想换个班{howto}'],['{year}{exam}{when}报名','{exam}{year}的报名时间','{year}考{exam}几月报名'],['{year}{exam}{when}出成绩','{exam}{year}成绩哪天公布','{year}的{exam}什么时候查分'],['{role}认证{how}做','{role}身份{how}认证','我是{role}，{how}认证'],['{arange}亲子课{how}{reserve}','{arange}的亲子班{where}约','亲子课{arange}怎么报'],['{vac}{subj}集训营{price}','{vac}班{subj}{price}','{vac}的{subj}营多少钱'],['{dur}体验卡{how}{get}','免费体验{dur}{where}领','{dur}的体验卡咋拿'],['学费分{periods}手续费多少','学费{periods}分期要多少{fee}'],['{campus}停车免费{long}','在{campus}停车多久不要钱'],['{campus}{wday}上课{q}','{campus}{wday}有没有课'],['直播课回放能看{long}','直播回放{last}','直播的录像保留几天'],['请假的课{how}补','落下的课{howto}补上'],['老师请假的课{how}补','老师有事停的课{how}补上']]),
('gov',[['{doc}到期{how}换','{doc}{expire}{howto}','{doc}快到期了，{where}换'],['{doc}{lost}{how}补办','{lost}{doc}{where}补','补办{doc}{need}{whatdoc}'],['{city}{permit}{how}{do}','{do}{city}{permit}{need}{whatdoc}','{where}办{city}的{permit}'],['{ident}{how}注册商标','{ident}注册商标{need}{whatdoc}'],['{house}{how}提取{fund}','{house}{can}提{fund}','{fund}能取出来{house}用{q}'],['{district}政务大厅{wday}上班{q}','{wday}{district}大厅开门{q}','{district}办事大厅{wday}能办事{q}'],['{bldg}办什么业务','政务中心{bldg}能办啥','{bldg}是办哪些事的'],['{lic}驾照到期{how}换','{lic}本{expire}{howto}','{lic}证到期换证{how}弄'],['{tier}电价{price}','{tier}用电多少钱一度','电费{tier}{price}'],['{fund}断缴{dur2}{how}补','断了{dur2}{fund}{can}补缴','{fund}{dur2}没交{howto}'],['{age}以上{old}公交卡{how}办','{age}的{old}办乘车卡','{old}{age}免费坐车卡{where}办'],['{who3}{how}{do}居住证','{who3}办居住证{need}{whatdoc}'],['{vehicle}{how}上牌','给{vehicle}上牌{need}{whatdoc}','{vehicle}挂牌{where}办'],['{vehicle}年检{long}一次','{vehicle}多久要年审'],['新生儿{how}上户口','刚出生的{kid}落户{need}{whatdoc}','给刚生的娃报户口'],['{grade2}企业有什么优待','信用{grade2}企业享受什么政策'],['{people}申请{house2}收入上限多少','{house2}{people}月收入不能超过多少'],['{province}看病医保要备案{q}','去{province}就医医保{how}备案']]),
('bank',[['{bcard}{how}{do}','{do}{bcard}{need}{whatdoc}','{want}办张{bcard}'],['{bcard}{lost}{howto}','{lost}{bcard}{how}挂失','{bcard}不见了，先挂失{q}'],['{bcard}{how}{cancelacc}','{bcard}不用了{how}销','把{bcard}注销掉{how}弄'],['{bcard}被吞了{howto}','{bcard}取款机吞了{howto}'],['{loan}{early}还款{fee}多少','提前还{loan}要违约金{q}','{loan}想早点还完'],['{loan}逾期{howto}','{loan}忘了还{howto}','{loan}晚还了几天会怎样'],['{loan}{how}{do}','申请{loan}{need}{whatdoc}'],['{curr}兑换{where}办','换{curr}{need}{whatdoc}','去哪能换{curr}'],['{bank}转账{long}到账','转到{bank}几天能到','{bank}跨行转账多久到'],['{insur}{how}理赔','{insur}理赔{need}{whatdoc}','{insur}出险了怎么赔'],['{insur}{how}退保','{insur}不想要了{how}退','退{insur}要扣多少钱'],['{util}{how}交','{util}{where}交','在哪{pay}{util}'],['{util}欠费{howto}','{util}忘了交{howto}','欠{util}会怎样'],['每天最多转{yuan}{q}','转账限额是{yuan}{q}']]),
('trip',[['{ticket}{how}退','退{ticket}要扣多少手续费','{ticket}不去了{how}退'],['{ticket}{how}改签','{ticket}改签要钱{q}','想把{ticket}改到别的日子'],['{cabin}免费托运行李几公斤','{cabin}行李额多少','{cabin}能带多重的行李'],['{room}含{meal}{q}','{room}带不带{meal}','订{room}送{meal}{q}'],['{attr}{price}','{attr}怎么卖','买{attr}多少钱'],['{clock}以后能入住{q}','{clock}到店{can}办入住','晚到，{clock}才能到，还能入住{q}'],['带{pet}能入住{q}','{pet}可以带进去{q}','酒店让带{pet}{q}'],['{hour}前{cancel}免费{q}','提前{hour}{cancel}要扣钱{q}','{hour}以前退订收费{q}'],['{vip}{price}','{sport}{vip}{price}','{sport}办张{vip}多少钱'],['{sport}馆{tod}几点{openh}','{sport}馆{wday}几点开'],['{dept}{wday}有号{q}','{wday}{dept}出诊{q}','{dept}{wday}能挂号吗'],['{dept}在几楼','{dept}{where}','去看{dept}走哪层'],['{floor}是什么科','{floor}看什么病的'],['{dept}体检{report}{long}出','{dept}检查结果几天能拿']]),
('cloth',[['{color}{cloth}有{size}{q}','{cloth}{color}的{size}还有货{q}','{size}的{color}{cloth}有吗'],['{material}{cloth}{how}洗','{material}的{cloth}怎么清洗'],['{cloth}尺码不合适{how}换','{cloth}买大了{how}换','{cloth}穿着不合身换码'],['{cloth}不喜欢{how}退','{cloth}不想要了{howto}退','退{cloth}{how}操作'],['{cloth}{big}','{cloth}尺码{how}选','{cloth}要选多大的'],['{ship}要{post}{q}','{ship}收多少{post}','选{ship}要给钱{q}'],['{mins}内能送到{q}','{mins}能到{q}'],['{level}有什么{cheap}','{level}{buy}{digi}打几折','{level}有折扣{q}'],['{count}起批{price}','团购{count}{price}','一次买{count}多少钱'],['{vol}电饭煲够几个人吃','{vol}的锅{can2}煮几人份'],['{dur2}{vip}到期{how}续','{vip}快到期了{how}续费'],['{temp}冷藏箱{price}','能保{temp}的箱子{price}']]),
]


def traditional():
    """Simplified -> the first traditional character that becomes it."""
    table = {}
    for line in (HERE / "../../src/text/tables/traditional_characters.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            old, new = line.split("\t")
            new = new.split(" ")[0]
            if old != new:
                table.setdefault(new, old)
    return table


S2T = traditional()
HOMO={'账':'帐','登录':'登陆','发票':'发飘','快递':'快弟','驾照':'架照','退款':'退宽','洗衣机':'洗衣鸡','空调':'空条','会员':'会圆','流量':'留量','订单':'定单','密码':'密马','地址':'地止','优惠':'忧惠','门店':'门点','安装':'按装','运费':'运废','公积金':'公鸡金','社保':'射保','报名':'抱名','开课':'开客','宽带':'宽戴'}
T+=[('neg',[['{appl}不{nv}{howto}','{appl}{nv}不了{howto}','{appl}没法{nv}了，{howto}','家里{appl}不{nv}了'],['{appl}一直{nv}停不下来{howto}','{appl}不停地{nv}{howto}'],['{appl}能{nv}但声音大{howto}','{appl}{nv}的时候响得厉害']]),
('neg2',[['还没{st}的{vip}{can}退{q}','{vip}没{st}能退{q}','{vip}未{st}，想退'],['已经{st}的{vip}{can}退{q}','{vip}{st}了能退{q}','{vip}都{st}过了还退不退']]),
('neg3',[['没有{doc}{how}入住','没带{doc}能入住{q}','{doc}不在身边{how}住店'],['有{doc}{how}入住','凭{doc}{how}办入住','带着{doc}就能住{q}']]),
('neg4',[['{level}有{cheap}{q}','{level}打折{q}','{level}能便宜{q}'],['不是{level}有{cheap}{q}','没办{level}能打折{q}'],['{level}哪些{goods}不打折','{level}什么东西没有{cheap}']]),
('neg5',[['未满{age}{how}{do}{bcard}','不到{age}{can}{do}{bcard}','{kid}没满{age}能办{bcard}{q}'],['满{age}{how}{do}{bcard}','已经{age}了{can}{do}{bcard}','超过{age}能办{bcard}{q}']]),
('neg6',[['无糖{drink}{price}','不加糖的{drink}{price}','{drink}不要糖{price}'],['加糖的{drink}{price}','全糖{drink}{price}'],['不含{meal}的{room}{price}','{room}不要{meal}{price}'],['含{meal}的{room}{price}','{room}带{meal}{price}']]),
('neg7',[['收不到{util}账单{howto}','{util}的账单没{got}','没有收到{util}账单'],['收到别人家的{util}账单{howto}','{util}账单送错了，不是我家的'],['{got}{util}账单但金额不对{howto}','{util}账单收到了，数目有问题']]),
('neg8',[['忘了{accf}{howto}','{accf}{forget}了'],['没忘{accf}但登不上{howto}','{accf}记得，就是进不去'],['别人知道了我的{accf}{howto}','{accf}泄露了{howto}']]),
('who2',[['商家不给我退{digi}{howto}','卖{digi}的不肯退货','{digi}店家拒绝退'],['买家要退{digi}我不想退{howto}','我是卖{digi}的，顾客非要退'],['学生看不到老师的{book}{howto}','{kid}打不开老师发的{book}'],['老师看不到学生交的{book}{howto}','老师收不到{kid}的{book}'],['我推荐{rel}办{vip}有奖励{q}','介绍{rel}来办{vip}给什么'],['{rel}推荐我办{vip}我有奖励{q}','我是{rel}介绍来办{vip}的，有优惠{q}'],['我的{bcard}{how}给{rel}用','{bcard}能借给{rel}{q}'],['{rel}的{bcard}我能用{q}','能用{rel}的{bcard}{q}'],['我把{digi}{lost}{howto}','自己的{digi}不见了'],['捡到别人的{digi}{howto}','拾到一个{digi}交给谁'],['{rel}替我取{digi}行{q}','让{rel}代我领{digi}'],['我自己取{digi}要带什么','本人领{digi}带啥'],['你们把我的{vip}取消了{howto}','{vip}被你们取消了，为什么'],['我想取消{vip}{howto}','{how}取消{vip}']]),
]
S['nv']=[['制冷'],['加热'],['出水'],['充电'],['排水'],['转'],['亮灯'],['启动'],['出风']]
S['st']=[['激活'],['付款'],['实名'],['缴费'],['开封'],['签字'],['使用']]
# Names of houses that no list knows: what tells them apart is the part before a shared end.
ODD = '栖 澜 屿 芷 砚 汐 珩 榆 槿 桉 荻 苇 渡 洲 堰 墩 埠 岗 坪 杉 樟 蕙 茗 砂 琅 瑶 溯 岱 鹭 隼 麒 钰'.split()
R2 = random.Random(5)
NAMES = sorted({a + b for a, b in zip(R2.choices(ODD, k=40), R2.choices(ODD, k=40)) if a != b}) + '青松 白鹭 云帆 星海 晨曦 松果 蓝鲸 红枫 金穗 玉兰 飞鱼 石榴 银河 海棠 麦田 鹿角 橙心 雪莲 木棉 翠竹 启明 远航 向阳 紫藤'.split()
for key, end in [('hmember','会员'),('hshop','路店'),('hcampus','校区'),('hdistrict','区'),('htown','镇'),('hplan','套餐'),('hseries','系列'),('hcard','卡'),('hcourse','计划'),('hhall','营业厅'),('hpark','广场'),('hcake','蛋糕'),('hcream','面霜'),('hroom','房'),('hlake','湖'),('hbus','专线')]:
    S[key] = [[name + end] for name in NAMES]
S['pet2']=[['幼犬'],['成犬'],['幼猫'],['成猫']]
S['sub']=[['买家','顾客'],['卖家','商家'],['平台'],['快递员','骑手'],['物业'],['房东'],['租客'],['老师'],['学生'],['家长'],['医生'],['病人'],['公司'],['员工']]
S['modp']=[['电动'],['手动'],['立式'],['卧式'],['壁挂'],['台式'],['儿童'],['商用'],['家用'],['车载'],['便携'],['折叠']]
S['headp']=[['牙刷'],['轮椅'],['风扇'],['冰柜'],['燃气炉'],['净化器'],['座椅'],['咖啡机'],['洗地机'],['音响'],['床'],['书桌'],['缝纫机'],['窗帘']]
S['cst']=[['没拆封'],['拆封了','已经拆封'],['没激活'],['激活了','已经激活'],['没付款','还没付款'],['付了款','已经付款'],['没发货','还没发货'],['发货了','已经发货'],['没出险'],['出过险'],['没开课','还没开课'],['开课了','已经开课'],['没满一年'],['满一年了'],['过保了'],['在保修期内'],['没验收'],['验收过了'],['怀孕了'],['没带身份证'],['带了身份证']]
S['cact']=[['退货'],['换货'],['退款'],['取消'],['改地址'],['开发票'],['转让'],['延期'],['改期'],['升级'],['维修'],['理赔'],['续费'],['换人']]
S['own']=[['自己的'],['公司的'],['孩子的'],['父母的'],['朋友的'],['租来的'],['二手的'],['借来的']]
S['thing']=[['房子'],['车'],['账号'],['手机号'],['店铺'],['保单'],['会员'],['电脑'],['奖品'],['礼品卡']]
T+=[('house',[['{hmember}买东西打几折','{hmember}有折扣{q}','成了{hmember}能便宜多少'],['{hmember}{how}升级','怎么升到{hmember}','升{hmember}有什么条件'],['{hmember}生日送什么','{hmember}过生日有礼物{q}']]),
('house2',[['{hshop}几点{closeh}','{hshop}开到几点','{hshop}晚上几点关'],['{hshop}有停车位{q}','去{hshop}车停哪','{hshop}能停车{q}'],['{hshop}电话多少','{hshop}联系方式','怎么联系{hshop}']]),
('house3',[['{hcampus}食堂几点开饭','{hcampus}的食堂开饭时间','{hcampus}几点能吃饭'],['{hcampus}宿舍几个人一间','{hcampus}寝室住几个人','{hcampus}几人间'],['{hdistrict}今年学区怎么划','{hdistrict}的学区划分','{hdistrict}小学怎么划片'],['{hdistrict}办证大厅{where}','{hdistrict}的办事大厅怎么走']]),
('house4',[['{hplan}一个月{price}','{hplan}月租{price}','办{hplan}每月要交多少'],['{hplan}有多少流量','{hplan}含几个g','{hplan}流量够用{q}'],['{hcard}{how}{do}','{do}一张{hcard}','在哪{do}{hcard}'],['{hcard}年费{price}','{hcard}要年费{q}'],['{hseries}什么时候上市','{hseries}哪天开卖','{hseries}几号能买到'],['{hcourse}{how}{sign}','{hcourse}{sign}方式','{where}{sign}{hcourse}'],['{hhall}{wday}上班{q}','{wday}{hhall}开门{q}','{hhall}{wday}能办事{q}'],['{hpark}怎么走','{hpark}{where}','去{hpark}坐几路车'],['{hcake}{flavor}的{price}','{flavor}{hcake}{price}'],['{hcream}敏感肌能用{q}','皮肤敏感{can}用{hcream}'],['{hroom}{price}一晚','{hroom}住一晚{price}','订一间{hroom}{price}'],['{hlake}门票{price}','去{hlake}玩门票{price}'],['{hbus}末班车几点','{hbus}最晚一班几点','{hbus}几点收车'],['{htown}通快递{q}','{htown}能送到{q}','寄到{htown}送不送']]),
('mod',[['{modp}{headp}保修{long}','{modp}{headp}保多久','{modp}{headp}的保修期'],['{modp}{headp}{price}','{modp}的{headp}{price}','买{modp}{headp}{price}'],['{modp}{headp}{how}清洗','{modp}{headp}怎么清理']]),
('cond',[['{cst}{can}{cact}','{cst}还能{cact}{q}','{cst}，想{cact}行{q}','{cst}怎么{cact}'],['{cact}要{long}','{cact}{long}能好'],['{cact}要{fee}{q}','{cact}收费{q}']]),
('own',[['{own}{thing}{how}过户','{own}{thing}过户{need}{whatdoc}','把{own}{thing}过到我名下'],['{own}{thing}{can}抵押','{own}{thing}抵押行{q}'],['{own}{thing}{lost}{howto}','{own}{thing}被人盗了{howto}']]),
('who3',[['{sub}不同意退款{howto}','{sub}不肯退钱{howto}','{sub}拒绝退款'],['{sub}要我赔钱{howto}','{sub}让我赔钱合理{q}','{sub}叫我赔'],['{sub}联系不上{howto}','找不到{sub}了{howto}','{sub}不接电话{howto}'],['{how}投诉{sub}','{want}投诉{sub}','投诉{sub}打什么电话'],['我是{sub}，{how}注册','{sub}{how}注册账号','{sub}端怎么注册'],['{sub}能提前走{q}','{sub}可以提前走{q}']]),
('who4',[['我给{sub}打电话没人接{howto}','打{sub}电话打不通'],['{sub}给我打电话我没接到{howto}','没接到{sub}的电话{howto}'],['{sub}少给我钱了{howto}','{sub}给的钱不够{howto}'],['我多给{sub}钱了{howto}','钱付多了给{sub}，怎么要回来'],['我能替{sub}签字{q}','帮{sub}签字行{q}'],['{sub}能替我签字{q}','让{sub}代我签字行{q}'],['我把{sub}的东西弄坏了{howto}','弄坏了{sub}的东西要赔多少'],['{sub}把我的东西弄坏了{howto}','东西被{sub}弄坏了怎么赔'],['我想换{sub}{how}弄','{sub}能换{q}'],['{sub}想换我{howto}','{sub}要把我换掉合理{q}']]),
]
VERBS='连接 绑定 开通 充值 签收 付款 登录 注册 升级 安装 取消 退款 退货 交费 缴费 收到 发货 买 带 办理 报名 预约 激活 拆封 保价 备案 过期 到期 制冷 加热 启动 充电 实名 签字 挂失 转账 贷款 理赔 还款 收费 包邮 打折 参加 上班 开门 入住 托运'.split()
STRONG=['第二代','第三代','老版','新版','2022年的','2021年','升级版','1.0版','第5代','去年的','旧款']
POST=[' Lite',' Pro',' Max','+',' mini','s','青春版',' SE']
FILL=['麻烦问一下，','你好，','那个，','在吗，','急，','亲，','我想问问','请教一下，','打扰了，','老板，']
STORY=['昨天刚下的单，','我人在外地，','我妈让我问的，','找了半天没找到，','第一次用你们家，','上次客服没说清楚，','家里等着用，','我看群里有人说，','着急出门，','花了好多钱买的，','花了三千块买的，','等了半小时了，','打了3次电话没人接，','老师您好，','朋友推荐来的，','我爱人让问一下，','带孩子出门呢，','下班路过，','在外地出差，','说明书找不到了，','排队20分钟了，','刚搬的新家，','我同事也遇到过，','周末才有空，','客服你好，','孩子急用，']
TAIL=['，谢谢','，急','，在线等','，求解答','，麻烦了','，不太懂','来着','']
def render(v,slots,noise=True):
    def sub(m):
        k=m.group(1)
        if k in M: return R.choice(M[k].split('|'))
        return R.choice(slots[k]) if k in slots else '{'+k+'}'
    t=re.sub(r'\{(\w+)\}',sub,v)
    return t
def noisy(t):
    r=R.random()
    if r<.18: t=R.choice(FILL)+t
    elif r<.30: t=R.choice(STORY)+t
    if R.random()<.15: t=t.rstrip('？?')+R.choice(TAIL)
    if R.random()<.08:
        ks=[k for k in HOMO if k in t]
        if ks: k=R.choice(ks); t=t.replace(k,HOMO[k],1)
    if R.random()<.07: t=''.join(S2T.get(c, c) for c in t)
    if R.random()<.06 and len(t)>6:
        i=R.randrange(len(t)-1)
        if re.match(r'[\u4e00-\u9fff]{2}',t[i:i+2]) : t=t[:i]+t[i+1]+t[i]+t[i+2:]
    return t
def names(v): return [k for k in re.findall(r'\{(\w+)\}',v) if k in S]
# insertions that change the question
INS=[('clause',['我都退掉了，','已经超过一个月了，','当时没办成，','中途换了单位，','账号被封了，','快递已经被退回，','人已经离职了，','包装拆开了，','发票丢了，','钱已经扣了，','号码过户以后，','合同解除了，','没带证件，','不是会员，','没买保险，','还没到年龄，','对方不同意，','系统给我取消了，','被你们拒了，','过了有效期，']),
     ('cond',['已经取消的','过期的','被退回的','坏掉的','别人送的','二手的','去年买的','没激活的','在国外买的','没拆封的','海外','借来的','停产的']),
     ('who',['替我妈','帮同事','给外国人','我是卖家，','我是房东，','替公司','代别人','我们单位','没成年','外籍人士']),
     ('date',['明年','去年','2019年','国庆期间','大年初一','凌晨三点','停电那天','暑假期间'])]
SPEC=['最新款','迷你版','儿童款','进口的','商用的','限量版','车载','便携式','旧款','加长版']
def gen(n=6000):
    out=[];allv=[(tp,fi,vs) for tp,fr in T for fi,vs in enumerate(fr)]
    topics=dict(T)
    while len(out)<n:
        tp,fi,vs=R.choice(allv)
        need={k for v in vs for k in names(v)}
        slots={k:R.choice(S[k]) for k in need}
        a=R.choice(vs); stored=render(a,slots)
        if R.random()<.75: stored=stored.lstrip('，')
        kind=None;r=R.random();lab=0
        if R.random()<.04:
            # a verb denied or a negation lost
            verbs=[v for v in VERBS if v in stored and '不'+v not in stored and '没'+v not in stored and v+'不' not in stored]
            if not verbs: continue
            v=R.choice(verbs); r2=R.random()
            if r2<.4: q=stored.replace(v,R.choice(['没','不','还没','没有'])+v,1)
            elif r2<.7: q='没'+v+'，就是'+R.choice(['数目不对','速度太慢','颜色不对','反应很慢','地方不对','没声音','太贵了','名字错了','晚了两天'])+R.choice(['怎么办','咋办','，找谁'])
            else: q='不是'+v+'，我是想问'+R.choice(['怎么取消','能不能换','坏了找谁','为什么变贵','怎么投诉','丢了怎么办'])
            out.append(dict(q=noisy(q),s=stored,y=0,kind='deny',corpus=tp)); continue
        if R.random()<.04:
            m=re.search(r'\{(appl|digi|plan|vip|book|mver|model|exam|drink|cloth|bcard)\}',a)
            if not m: continue
            x=(R.choice(STRONG)+m.group(0)) if R.random()<.6 else (m.group(0)+R.choice(POST))
            q=noisy(render(a[:m.start()]+x+a[m.end():],slots)); out.append(dict(q=q,s=stored,y=0,kind='ins:strong',corpus=tp)); continue
        if R.random()<.30: tp,fi,vs=R.choice([z for z in allv if z[0].startswith(('neg','who','house','mod','cond','own'))]); need={k for v in vs for k in names(v)}; slots={k:R.choice(S[k]) for k in need}; a=R.choice(vs); stored=render(a,slots)
        if r<.44:
            # positive: another variant that says nothing more than the stored one
            c=[v for v in vs if set(names(v))==set(names(a))] 
            b=R.choice(c); q=noisy(render(b,slots)); lab=1;kind='same'
            if q==stored: continue
        elif r<.72:
            ks=names(a)
            if not ks: continue
            k=R.choice(ks); s2=dict(slots); s2[k]=R.choice([x for x in S[k] if x is not slots[k]])
            c=[v for v in vs if k in names(v) and set(names(v))<=set(names(a))]
            b=a if R.random()<.5 else R.choice(c); q=noisy(render(b,s2)); kind='slot:'+k
        elif r<.86:
            fr=topics[tp]; o=[j for j in range(len(fr)) if j!=fi and any(set(names(v))&set(names(a)) for v in fr[j])]
            if not o: continue
            j=R.choice(o); c=[v for v in fr[j] if set(names(v))&set(names(a))]; b=R.choice(c)
            s2={kk:slots.get(kk) or R.choice(S[kk]) for kk in names(b)}; q=noisy(render(b,s2)); kind='rival'
        elif r<.92:
            nm,ws=R.choice(INS); b=R.choice([v for v in vs if set(names(v))==set(names(a))]); q=noisy(R.choice(ws)+render(b,slots)); kind='ins:'+nm
        elif r<.945:
            ks=names(a)
            if not ks: continue
            sp=re.sub(r'\{(\w+)\}',lambda m:(R.choice(SPEC) + m.group(0)) if m.group(1) in('appl','digi','cloth','food','drink','subj','book','parcel') else m.group(0),a)
            if sp==a: continue
            q=noisy(render(sp,slots)); kind='ins:spec'
        elif r<.975:
            # too short: leave the slots out
            b=re.sub(r'\{(\w+)\}',lambda m:'' if m.group(1) in S or m.group(1) in('want','tail') else m.group(0),a); q=re.sub('[，的（）]','',render(b,slots))
            if len(q)<2 or len(q)>6: continue
            kind='short'
        else:
            # symbols and characters of codes
            m=re.search(r'[a-z]+\d+|\d+',stored)
            if not m: continue
            w=m.group(0);x=R.choice([w+'+',w+'s',w+'0',w[0]+'1'+w[1:],w+'.5',w+' pro'])
            q=stored[:m.start()]+x+stored[m.end():];kind='symbol'
        if q.strip('？?')==stored.strip('？?'): continue
        # accidental equality (a/b of one value) is not possible for slot changes
        out.append(dict(q=q,s=stored,y=lab,kind=kind,corpus=tp))
    return out
def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10500
    seen, lines = set(), []
    for pair in gen(count):
        line = json.dumps({"asked": pair["q"], "stored": pair["s"], "same": bool(pair["y"]), "group": pair["corpus"]}, ensure_ascii=False)
        if line not in seen:
            seen.add(line)
            lines.append(line)
    (HERE / "pairs/generated.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} pairs")


if __name__ == "__main__":
    main()
